#include "support.h"

#include "tftpd/config/json_text.h"

#include <chrono>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;

namespace {

struct Case {
    const char* value;   // of the key "a"; the value starts in column 7
    const char* result;  // accepted: as JSON; refused: where, as "line:column"
};

std::string read(const std::string& text) {
    return read_json_text(text, "t")->str();
}
std::string refusal(const std::string& text) {
    return error_of([&] { read_json_text(text, "t"); });
}

std::string repeated(const char* text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i) {
        result += text;
    }
    return result;
}

// The map { "a": [[…]] } is one level itself.
std::string nested(std::size_t lists) {
    return "{\"a\":" + repeated("[", lists) + repeated("]", lists) + "}";
}

}  // namespace

TEST_GROUP(JsonText){};

// Both tables were held against kea-dhcp4 2.6.3 -t, with the value in a user-context.
TEST(JsonText, AcceptsWhatKeaAccepts) {
    const Case cases[] = {
        {"1 # x\n", "1"},
        {"1 // x\n", "1"},
        {"/* x\n y */ 1", "1"},
        {"/* /* */ 1", "1"},
        {"/**/1", "1"},
        {"[1,2,]", "[ 1, 2 ]"},
        {"[1,,2]", "[ 1, 2 ]"},
        {"[1,,]", "[ 1 ]"},
        {"{\"b\":1,}", "{ \"b\": 1 }"},
        {"[]", "[  ]"},
        {"{}", "{  }"},
        {"[[],{}]", "[ [  ], {  } ]"},
        {"null", "null"},
        {"true", "true"},
        {"false", "false"},
        {"\r\n\t1", "1"},
        {"{\"\":1}", "{ \"\": 1 }"},
    };
    for (const Case& one : cases) {
        STRCMP_EQUAL((std::string("{ \"a\": ") + one.result + " }").c_str(),
                     read(std::string("{\"a\": ") + one.value + "}").c_str());
    }
}

TEST(JsonText, RefusesWhatKeaRefusesAtTheExactPlace) {
    const Case cases[] = {
        {"[,]", "1:8"},
        {"{,}", "1:8"},
        {"{\"b\":1,\"b\":2}", "1:14"},
        {"{\"b\":1,\"\\u0062\":2}", "1:14"},
        {"{b:1}", "1:8"},
        {"{'b':1}", "1:8"},
        {"{\"b\" 1}", "1:12"},
        {"{\"b\":}", "1:12"},
        {"[1 2]", "1:10"},
        {"[1}", "1:9"},
        {"{\"b\":1]", "1:13"},
        {"[\n 1\n x]", "3:2"},
        {"True", "1:7"},
        {"NULL", "1:7"},
        {"yes", "1:7"},
        {"truex", "1:7"},
        {"\f1", "1:7"},
        {"/ 1", "1:7"},
        {"@", "1:7"},
        {"", "1:7"},
        {"\"é\" x", "1:11"},
        {"\t\tx", "1:9"},
    };
    for (const Case& one : cases) {
        const std::string text = std::string("{\"a\": ") + one.value + "}";
        const std::string said = refusal(text);
        CHECK_TEXT(begins(said, std::string("t:") + one.result + ": "), (text + " -> " + said).c_str());
    }
}

TEST(JsonText, RefusesADocumentThatIsNoMapOrNotWhole) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "1:1"},      {"# x\n", "2:1"},  {"[1]", "1:1"},      {"1", "1:1"},         {"\xef\xbb\xbf{}", "1:1"},
        {"{", "1:2"},     {"{\"a\"", "1:5"}, {"{\"a\":1", "1:7"}, {"{\"a\":1,", "1:8"}, {"{\"a\":1\n/* x", "2:1"},
        {"{} {}", "1:4"}, {"{} x", "1:4"},   {"{},", "1:3"},      {"{}}", "1:3"},
    };
    for (const auto& [text, place] : cases) {
        CHECK_TEXT(begins(refusal(text), std::string("t:") + place + ": "),
                   (std::string(text) + " -> " + refusal(text)).c_str());
    }
    CHECK(has(refusal("\xef\xbb\xbf{}"), "byte order mark"));
    CHECK(refusal(std::string("{}\0", 3)).find("t:1:3") == 0);
    STRCMP_EQUAL("{  }", read("{} // end").c_str());
    STRCMP_EQUAL("{  }", read("{} /* end */ # x").c_str());
}

TEST(JsonText, ADuplicateKeySaysWhereTheFirstOneIs) {
    STRCMP_EQUAL(
        "t:2:2: the key \"a\" is there twice in one map, first with the value at t:1:7; a key may be there once. Remove one "
        "of them.",
        refusal("{\"a\": 1,\n \"a\": 2}").c_str());
}

TEST(JsonText, ElementsKnowWhereTheyStart) {
    const auto document = read_json_text("{ // c\n  \"é\": [ 1,\n\t{ \"b\" : \"x\" } ] }", "f");
    const auto list = document->get("é");
    STRCMP_EQUAL("f:1:1", document->getPosition().str().c_str());
    STRCMP_EQUAL("f:2:8", list->getPosition().str().c_str());  // counted in characters: é is one
    STRCMP_EQUAL("f:2:10", list->get(0)->getPosition().str().c_str());
    STRCMP_EQUAL("f:3:2", list->get(1)->getPosition().str().c_str());
    STRCMP_EQUAL("f:3:10", list->get(1)->get("b")->getPosition().str().c_str());
}

TEST(JsonText, ThirtyTwoLevelsAreReadAndThirtyThreeRefused) {
    CHECK_EQUAL(32u, maximum_nesting);
    STRCMP_EQUAL("", refusal(nested(31)).c_str());
    CHECK(begins(refusal(nested(32)), "t:1:37: maps and lists are nested deeper than 32"));
}

TEST(JsonText, AHundredThousandLevelsAreRefusedWithinASecond) {
    const auto start = std::chrono::steady_clock::now();
    CHECK(begins(refusal(nested(100000)), "t:1:37: "));
    CHECK(begins(refusal("{\"a\":" + repeated("{\"a\":", 100000)), "t:1:"));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
}

TEST(JsonText, ADocumentFromElsewhereIsHeldToTheSameLimits) {
    const auto check = [](const isc::data::ElementPtr& document) { return error_of([&] { copy_json(*document); }); };
    using isc::data::Element;
    STRCMP_EQUAL("", check(Element::fromJSON(nested(31))).c_str());
    CHECK(has(check(Element::fromJSON(nested(32))), "deeper than 32"));
    CHECK(has(check(Element::fromJSON("{\"a\":[\"\\u00e9\"]}")), "not valid UTF-8"));
    CHECK(has(check(Element::fromJSON("{\"\\u00e9\":1}")), "not valid UTF-8"));
    const auto with_nul = Element::createMap();
    with_nul->set("a", Element::create(std::string("x\0y", 3)));
    CHECK(has(check(with_nul), "NUL"));
    const auto original = read_json_text("{\"a\": [1, -2.5, null, true, \"x\", {}]}", "t");
    const auto copy = copy_json(*original);
    CHECK(copy->equals(*original));
    STRCMP_EQUAL("t:1:8", copy->get("a")->get(0)->getPosition().str().c_str());
}

TEST(JsonText, ACommandsPlacesCountFromOneHoweverOftenItIsCopied) {
    const std::string text("{ \"a\": [ 7, true, \"x\", null,\n [ 7, true, \"x\", {\n } ] ] }");
    const auto expected = read_json_text(text, "command");
    const auto copy = copy_json(*copy_json(*isc::data::Element::fromWire(text)));
    const auto same_places = [](const isc::data::Element& left, const isc::data::Element& right, const auto& self) -> void {
        STRCMP_EQUAL(left.getPosition().str().c_str(), right.getPosition().str().c_str());
        for (std::size_t at = 0; left.getType() == isc::data::Element::list && at < left.size(); ++at) {
            self(*left.get(static_cast<int>(at)), *right.get(static_cast<int>(at)), self);
        }
    };
    same_places(*expected, *copy, same_places);
    same_places(*expected->get("a"), *copy->get("a"), same_places);
}

TEST(JsonText, APointerSaysTheWayToAPlace) {
    const auto document = read_json_text("{\"a\": [1, {\"b/c~\": [7]}], \"d\": {}}", "t");
    STRCMP_EQUAL("", pointer_to(*document, {"t", 1, 1}).c_str());  // the document itself
    STRCMP_EQUAL("/a", pointer_to(*document, {"t", 1, 7}).c_str());
    STRCMP_EQUAL("/a/1/b~1c~0/0", pointer_to(*document, position_of(*document->get("a")->get(1)->get("b/c~")->get(0))).c_str());
    STRCMP_EQUAL("/d", pointer_to(*document, position_of(*document->get("d"))).c_str());
    STRCMP_EQUAL("", pointer_to(*document, {"t", 1, 9}).c_str());
    STRCMP_EQUAL("", pointer_to(*document, {"other", 1, 7}).c_str());
}

TEST(JsonText, WhatKeaWritesIsReadBackTheSame) {
    const auto document = read_json_text("{\"a\":\"é \\\" \\\\ \\n /\",\"b\":[1,-2,true,null,1.5]}", "t");
    CHECK(document->equals(*read_json_text(document->str(), "t")));
}

TEST(JsonText, AFileThatCannotBeOpenedIsNamed) {
    const Scratch scratch;
    CHECK(begins(error_of([&] { read_json_file((scratch / "none").string()); }),
                 (scratch / "none").string() + ":1:1: this file cannot be opened: No such file"));
}
