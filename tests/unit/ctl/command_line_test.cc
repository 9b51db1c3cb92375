// What words come to, without a daemon; tests/integration/ctl_test.py has them all with one.
#include "tftpd/ctl/command_line.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(CommandLine){/// "COMMAND ARGUMENTS", and " ..." if there is more to do than to ask. Throws CLI::ParseError.
                        static std::string asked(const std::string& words){CommandLine line;
add_cluster_words(line);
add_exchange_words(line);
add_file_words(line);
add_phone_words(line);
add_trust_words(line);
line.app.parse(words);
return line.request.command + (line.request.arguments ? ' ' + line.request.arguments->str() : "") +
       (line.instead ? " ..." : "");
}
static bool is_wrong(const std::string& words) {
    try {
        asked(words);
    } catch (const CLI::ParseError&) {
        return true;
    }
    return false;
}
}
;

TEST(CommandLine, WhatIsNamedIsAskedFor) {
    STRCMP_EQUAL(R"(tftp-cluster-add { "cluster-id": "hq", "secure": true, "tftp-servers": [ "192.0.2.1", "192.0.2.2" ] })",
                 asked("cluster add hq --server 192.0.2.1 --server 192.0.2.2 --set secure=true").c_str());
}

TEST(CommandLine, WhatIsNotNamedIsLeftOut) {
    STRCMP_EQUAL(R"(tftp-phone-list { "limit": 5, "problems": true })", asked("phone list --problems --limit 5").c_str());
}

TEST(CommandLine, APhoneIsToldFromACluster) {
    STRCMP_EQUAL(R"(tftp-trust-check { "phone": "SEP001122334455" })", asked("trust check SEP001122334455").c_str());
}

TEST(CommandLine, AnotherBoxIsGoneToOrWaitedFor) {
    STRCMP_EQUAL(R"(tftp-trust-exchange-with { "address": "192.0.2.7", "timeout": 60 } ...)",
                 asked("exchange with 192.0.2.7 --timeout 60").c_str());
}

TEST(CommandLine, WhatTakesLongIsMoreThanAQuestion) {
    STRCMP_EQUAL(R"(tftp-prewarm { "names": [ "a.loads", "b.loads" ] } ...)", asked("prewarm a.loads b.loads").c_str());
}

TEST(CommandLine, WrongUsageIsSaid) {
    for (const auto* words : {"", "cluster", "cluster add hq", "cluster update hq --set secure", "cluster update hq --set a={",
                              "cache flush", "cache get", "exchange with", "exchange offer --port 0", "no-such-word"}) {
        CHECK_TEXT(is_wrong(words), words);
    }
}
