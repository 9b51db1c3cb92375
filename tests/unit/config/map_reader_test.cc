#include "support.h"

#include "tftpd/config/json_text.h"
#include "tftpd/config/map_reader.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;

namespace {

MapReader reader(const std::string& text) {
    return {read_json_text(text, "t"), "limits", {"a", "bee", "see"}};
}
std::string refusal(const std::string& text, const std::function<void(const MapReader&)>& use = [](const MapReader&) {}) {
    return error_of([&] { use(reader(text)); });
}

}  // namespace

TEST_GROUP(MapReader){};

TEST(MapReader, AnUnknownKeyIsRefusedWithTheNearestOne) {
    STRCMP_EQUAL("t:1:8: \"ber\" is not a key of \"limits\". Did you mean \"bee\"?", refusal("{\"ber\":1}").c_str());
    STRCMP_EQUAL("t:1:13: \"quantity\" is not a key of \"limits\". It has \"a\", \"bee\" and \"see\"; remove this one.",
                 refusal("{\"quantity\":1}").c_str());
    CHECK(refusal("{\"" + std::string(5000, 'x') + "\":1}").size() < 300);
}

TEST(MapReader, WhatIsNoMapIsRefused) {
    const auto list = read_json_text("{\"x\": [1]}", "t")->get("x");
    CHECK(begins(error_of([&] { MapReader(list, "limits", {"a"}); }), "t:1:7: \"limits\" is a list; it must be a map"));
}

TEST(MapReader, NumbersAreHeldToTheirRange) {
    const auto use = [](const MapReader& map) { map.number<int>("a", 5, 1, 10, "seconds"); };
    CHECK_EQUAL(5, reader("{}").number<int>("a", 5, 1, 10));
    CHECK_EQUAL(1, reader("{\"a\":1}").number<int>("a", 5, 1, 10));
    CHECK_EQUAL(10, reader("{\"a\":10}").number<int>("a", 5, 1, 10));
    STRCMP_EQUAL(
        "t:1:6: \"a\" is the number 11; it must be a whole number from 1 to 10 seconds. Correct it, or remove it for the "
        "default, 5.",
        refusal("{\"a\":11}", use).c_str());
    STRCMP_EQUAL(
        "t:1:6: \"a\" is a string; it must be a whole number from 1 to 10 seconds. Write it without quotes, or remove it for "
        "the default, 5.",
        refusal("{\"a\":\"5\"}", use).c_str());
    for (const char* bad : {"0", "-1", "1.0", "true", "null", "[5]", "{}"}) {
        CHECK_TEXT(begins(refusal(std::string("{\"a\":") + bad + "}", use), "t:1:6: \"a\" is "), bad);
    }
}

TEST(MapReader, BooleansAreTrueOrFalse) {
    CHECK(reader("{}").boolean("a", true));
    CHECK_FALSE(reader("{\"a\":false}").boolean("a", true));
    for (const char* bad : {"0", "\"true\"", "null", "[]"}) {
        CHECK_TEXT(has(refusal(std::string("{\"a\":") + bad + "}", [](const MapReader& map) { map.boolean("a", true); }),
                       "it must be true or false"),
                   bad);
    }
}

TEST(MapReader, TextsAreCountedInCharactersAndHaveNoControls) {
    const auto use = [](const MapReader& map) { map.text("a", "", 1, 3); };
    STRCMP_EQUAL("x", reader("{}").text("a", "x", 1, 3).c_str());
    STRCMP_EQUAL("äöü", reader("{\"a\":\"äöü\"}").text("a", "", 1, 3).c_str());
    CHECK(has(refusal("{\"a\":\"äöüs\"}", use), "has 4 characters; it must have 1 to 3. Shorten it."));
    CHECK(has(refusal("{\"a\":\"\"}", use), "has 0 characters; it must have 1 to 3. Fill it in."));
    CHECK(has(refusal("{\"a\":\"\\n\"}", use), "\"\\n\", which has control characters"));
    CHECK(has(refusal("{\"a\":\"\x7f\"}", use), "control characters"));
    CHECK(has(refusal("{\"a\":5}", use), "is the number 5; it must be a string"));
}

TEST(MapReader, AChoiceIsOneOfItsWords) {
    const std::vector<std::string_view> words{"auto", "http", "tftp"};
    CHECK_EQUAL(1u, reader("{\"a\":\"http\"}").choice("a", 0, words));
    CHECK_EQUAL(2u, reader("{}").choice("a", 2, words));
    STRCMP_EQUAL("t:1:6: \"a\" is \"htpp\"; it must be \"auto\", \"http\" or \"tftp\". Did you mean \"http\"?",
                 refusal("{\"a\":\"htpp\"}", [&](const MapReader& map) { map.choice("a", 0, words); }).c_str());
    CHECK(has(refusal("{\"a\":\"HTTP\"}", [&](const MapReader& map) { map.choice("a", 0, words); }), "Did you mean \"http\"?"));
    CHECK(has(refusal("{\"a\":1}", [&](const MapReader& map) { map.choice("a", 0, words); }), "is the number 1; it must be"));
}

TEST(MapReader, PathsAreAbsoluteAndTidy) {
    STRCMP_EQUAL("/var/lib", reader("{\"a\":\"/var//lib/./\"}").path("a", "/x").c_str());
    STRCMP_EQUAL("/", reader("{\"a\":\"/\"}").path("a", "/x").c_str());
    STRCMP_EQUAL("/x", reader("{}").path("a", "/x").c_str());
    STRCMP_EQUAL("/..a/b..", reader("{\"a\":\"/..a/b..\"}").path("a", "/x").c_str());
    const auto use = [](const MapReader& map) { map.path("a", "/x"); };
    for (const char* bad : {"\"var\"", "\"\"", "\"/var/../etc\"", "\"/..\"", "7"}) {
        CHECK_TEXT(!refusal(std::string("{\"a\":") + bad + "}", use).empty(), bad);
    }
    STRCMP_EQUAL("", refusal("{\"a\":\"/" + std::string(4094, 'x') + "\"}", use).c_str());
    CHECK(!refusal("{\"a\":\"/" + std::string(4095, 'x') + "\"}", use).empty());
}

TEST(MapReader, ListsHaveTheirLength) {
    const auto use = [](const MapReader& map) { map.list("a", 1, 2); };
    CHECK_EQUAL(2u, reader("{\"a\":[1,2]}").list("a", 1, 2).size());
    CHECK_EQUAL(0u, reader("{}").list("a", 1, 2).size());
    CHECK(has(refusal("{\"a\":[]}", use), "has 0 entries; it must have 1 to 2. Add one"));
    CHECK(has(refusal("{\"a\":[1,2,3]}", use), "has 3 entries; it must have 1 to 2. Remove some."));
    CHECK(has(refusal("{\"a\":1}", use), "it must be a list. Put it in [ ]."));
}

TEST(MapReader, ARequiredKeyIsMissedAtTheMap) {
    STRCMP_EQUAL("t:2:1: \"limits\" has no \"a\"; it needs one. Add \"a\": 1.",
                 refusal("\n{}", [](const MapReader& map) { map.require("a", "\"a\": 1"); }).c_str());
}
