#include "support.h"

#include "tftpd/config/json_text.h"
#include "tftpd/config/logger_check.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;

namespace {

std::string check(const std::string& logger) {
    return error_of([&] {
        const auto document = read_json_text("{\"l\": [\n" + logger + "]}", "t");
        const auto& list = document->get("l")->listValue();
        check_loggers({list.begin(), list.end()});
    });
}

}  // namespace

TEST_GROUP(LoggerCheck){};

TEST(LoggerCheck, KeasSyntaxIsAccepted) {
    STRCMP_EQUAL("", check("{\"name\": \"branchline-tftpd.tftp\", \"severity\": \"debug\", \"debuglevel\": 99, \"comment\": "
                           "\"x\", \"user-context\": {},"
                           "\"output-options\": [{\"output\": \"syslog:branch\", \"flush\": true, \"maxsize\": 0, \"maxver\": "
                           "8, \"pattern\": \"%m\\n\"},"
                           "{\"output\": \"/var/log/kea/t.log\"}]}")
                         .c_str());
    STRCMP_EQUAL("", check("{\"name\": \"x\", \"output_options\": [{\"output\": \"stdout\"}]}").c_str());
    STRCMP_EQUAL("", check("{\"name\": \"x\"}").c_str());
}

TEST(LoggerCheck, UnknownKeysTypesAndSeveritiesAreRefused) {
    const std::pair<const char*, const char*> cases[] = {
        {"{}", "t:2:1: \"loggers\" has no \"name\""},
        {"7", "t:2:1: \"loggers\" is the number 7; it must be a map"},
        {"{\"name\": \"x\", \"output_option\": []}", "Did you mean \"output-options\"?"},
        {"{\"name\": \"x\", \"output_options\": [{}]}", "has no \"output\""},
        {"{\"name\": \"x\", \"output-options\": [], \"output_options\": []}", "which means the same. Remove one."},
        {"{\"name\": \"x\", \"severity\": \"WARNING\"}", "Did you mean \"WARN\"?"},
        {"{\"name\": \"x\", \"severity\": 3}", "it must be a string"},
        {"{\"name\": \"x\", \"debuglevel\": 100}", "from 0 to 99"},
        {"{\"name\": \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}", "32 characters; it must have 1 to 31"},
        {"{\"name\": \"x\", \"output-options\": {}}", "it must be a list"},
        {"{\"name\": \"x\", \"output-options\": [{}]}", "has no \"output\""},
        {"{\"name\": \"x\", \"output-options\": [{\"output\": \"stdout\", \"flush\": 1}]}", "true or false"},
        {"{\"name\": \"x\", \"output-options\": [{\"output\": \"stdout\", \"maxvers\": 1}]}", "Did you mean \"maxver\"?"},
    };
    for (const auto& [logger, part] : cases) {
        CHECK_TEXT(has(check(logger), part), (std::string(logger) + " -> " + check(logger)).c_str());
    }
}
