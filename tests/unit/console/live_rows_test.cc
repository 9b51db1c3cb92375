#include "tftpd/console/live_rows.h"

#include <cc/data.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::Element;

TEST_GROUP(LiveRows) {
    LiveRows rows{"phones", "mac", "silent"};
    void take(const char* answer, std::int64_t seconds) {
        rows.take(Element::fromJSON(answer), seconds);
    }
};

TEST(LiveRows, WhoComesNewGetsAll) {
    take(R"({ "count": 2, "phones": [ { "mac": "a", "silent": 1 }, { "mac": "b", "silent": 2 } ] })", 100);
    STRCMP_EQUAL(R"({ "all": true, "count": 2, "phones": [ { "mac": "a", "silent": 1 }, { "mac": "b", "silent": 2 } ] })",
                 rows.everything().c_str());
}

TEST(LiveRows, OnlyWhatChangedIsTold) {
    take(R"({ "phones": [ { "mac": "a", "text": "x", "silent": 1 }, { "mac": "b", "text": "y", "silent": 1 } ] })", 100);
    take(R"({ "phones": [ { "mac": "a", "text": "x", "silent": 3 }, { "mac": "b", "text": "z", "silent": 3 } ] })", 102);
    STRCMP_EQUAL(R"({ "gone": [  ], "phones": [ { "mac": "b", "silent": 3, "text": "z" } ] })", rows.change().c_str());
}

TEST(LiveRows, GrowingOlderIsNoChangeAndBeingHeardOfIs) {
    take(R"({ "phones": [ { "mac": "a", "silent": 1 } ] })", 100);
    take(R"({ "phones": [ { "mac": "a", "silent": 4 } ] })", 102);
    STRCMP_EQUAL("", rows.change().c_str());
    take(R"({ "phones": [ { "mac": "a", "silent": 0 } ] })", 104);
    STRCMP_EQUAL(R"({ "gone": [  ], "phones": [ { "mac": "a", "silent": 0 } ] })", rows.change().c_str());
}

TEST(LiveRows, WhatHasGoneIsNamed) {
    take(R"({ "phones": [ { "mac": "a", "silent": 1 }, { "mac": "b", "silent": 1 } ] })", 100);
    take(R"({ "phones": [ { "mac": "b", "silent": 3 } ] })", 102);
    STRCMP_EQUAL(R"({ "gone": [ "a" ], "phones": [  ] })", rows.change().c_str());
}

TEST(LiveRows, AnAnswerWithoutAListIsOneValue) {
    LiveRows one{"", "", ""};
    one.take(Element::fromJSON(R"({ "state": "serving" })"), 1);
    STRCMP_EQUAL(R"({ "all": true, "state": "serving" })", one.everything().c_str());
    one.take(Element::fromJSON(R"({ "state": "serving" })"), 2);
    STRCMP_EQUAL("", one.change().c_str());
    one.take(Element::fromJSON(R"({ "state": "stopped" })"), 3);
    STRCMP_CONTAINS(R"("state": "stopped")", one.change().c_str());
    one.take(nullptr, 4);
    STRCMP_EQUAL(R"({ "all": true })", one.everything().c_str());
}
