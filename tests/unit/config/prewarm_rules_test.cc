#include "support.h"

#include "tftpd/config/json_text.h"
#include "tftpd/config/prewarm_rules.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;

namespace {

struct Outcome {
    std::vector<Prewarm> prewarm;
    std::string error;
};

Outcome read(const std::string& entry) {
    Outcome outcome;
    outcome.error = error_of([&] {
        const auto document = read_json_text("{\"c\": [{" + entry + "}]}", "t");
        const auto& list = document->get("c")->listValue();
        outcome.prewarm = read_prewarm({list.begin(), list.end()});
    });
    return outcome;
}

std::string with(const std::string& more) {
    return "\"names\": [\"a.loads\"], " + more;
}

}  // namespace

TEST_GROUP(PrewarmRules){};

TEST(PrewarmRules, AWholeEntryIsRead) {
    const auto outcome =
        read("\"names\": [\"a.loads\", \"ringlist.xml\"], \"at\": [\"02:30\", \"23:59\"], \"days\": [\"mon\", \"sun\"]");
    STRCMP_EQUAL("", outcome.error.c_str());
    const auto& entry = outcome.prewarm[0];
    CHECK(entry.names == (std::vector<std::string>{"a.loads", "ringlist.xml"}));
    CHECK(entry.minutes == (std::vector<unsigned>{150, 1439}));
    CHECK_EQUAL(std::string("0000011"), entry.days.to_string());
}

TEST(PrewarmRules, WithoutDaysItIsEveryDay) {
    CHECK(read(with("\"at\": [\"00:00\"]")).prewarm[0].days.all());
}

TEST(PrewarmRules, NamesAndTimesMustBeThere) {
    CHECK(has(read("\"at\": [\"02:30\"]").error, "has no \"names\""));
    CHECK(has(read("\"names\": [\"a\"]").error, "has no \"at\""));
    CHECK(!read("\"names\": [], \"at\": [\"02:30\"]").error.empty());
    CHECK(!read(with("\"at\": []")).error.empty());
}

TEST(PrewarmRules, TimesAndDaysThatAreNoneAreRefused) {
    for (const char* time : {"24:00", "2:30", "02:60", "02-30", "0230", "02:30:00", "ab:cd"}) {
        CHECK_TEXT(has(read(with("\"at\": [\"" + std::string(time) + "\"]")).error, "it must be an hour and a minute"), time);
    }
    CHECK(has(read(with("\"at\": [\"02:30\"], \"days\": [\"monday\"]")).error, "it must be one of"));
}
