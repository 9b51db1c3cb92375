#include "tftpd/control/arguments.h"

#include <functional>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::Element;

namespace {

std::string fault_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const ArgumentError& error) {
        return error.what();
    }
    return "";
}

Arguments given(const std::string& json) {
    return Arguments("a-command", Element::fromJSON(json), {"name", "all", "phone", "limit"});
}

std::string mac_of(const std::string& text) {
    return *given("{ \"phone\": \"" + text + "\" }").mac("phone");
}

}  // namespace

TEST_GROUP(Arguments){};

TEST(Arguments, NoneAtAllAreNone) {
    const Arguments none("a-command", nullptr, {"name"});
    CHECK(!none.text("name"));
    CHECK(!none.flag("all"));
    LONGS_EQUAL(7, none.number("limit", 1, 9, 7));
}

TEST(Arguments, DataIsBase64OfAtMostSoManyBytes) {
    CHECK(!given("{ }").data("name", 3));
    CHECK_EQUAL(std::string("abc"), *given(R"({ "name": "YWJj" })").data("name", 3));
    STRCMP_CONTAINS("at most 2 bytes, or else",
                    fault_of([] { (void)given(R"({ "name": "YWJj" })").data("name", 2, ", or else"); }).c_str());
    STRCMP_CONTAINS("not base64", fault_of([] { (void)given(R"({ "name": "*" })").data("name", 3); }).c_str());
    STRCMP_CONTAINS("must be a text", fault_of([] { (void)given(R"({ "name": 7 })").data("name", 3); }).c_str());
}

TEST(Arguments, AnUnknownOneIsNamedTogetherWithThoseThatAreKnown) {
    CHECK_EQUAL(std::string("a-command: no argument is called \"nmae\"; it takes \"name\", \"all\", \"phone\", \"limit\""),
                fault_of([] { given(R"({ "nmae": "x" })"); }));
    CHECK_EQUAL(std::string("b: no argument is called \"x\"; it takes none"),
                fault_of([] { Arguments("b", Element::fromJSON(R"({ "x": 1 })"), {}); }));
}

TEST(Arguments, OtherThanAMapIsRefused) {
    CHECK(fault_of([] { given(R"([ "name" ])"); }).find("must be a map") != std::string::npos);
}

TEST(Arguments, WrongTypesAreRefused) {
    CHECK(!fault_of([] { (void)given(R"({ "name": 5 })").text("name"); }).empty());
    CHECK(!fault_of([] { (void)given(R"({ "name": "" })").text("name"); }).empty());
    CHECK(!fault_of([] { (void)given(R"({ "all": "true" })").flag("all"); }).empty());
    CHECK(!fault_of([] { (void)given(R"({ "limit": "5" })").number("limit", 1, 9, 1); }).empty());
}

TEST(Arguments, ANeededOneThatIsMissingIsAsked) {
    CHECK_EQUAL(std::string("a-command needs the argument \"name\""), fault_of([] { (void)given("{ }").needed_text("name"); }));
}

TEST(Arguments, NumbersAreTakenFromTheLeastToTheMost) {
    LONGS_EQUAL(1, given(R"({ "limit": 1 })").number("limit", 1, 9, 5));
    LONGS_EQUAL(9, given(R"({ "limit": 9 })").number("limit", 1, 9, 5));
    CHECK(!fault_of([] { (void)given(R"({ "limit": 0 })").number("limit", 1, 9, 5); }).empty());
    CHECK(!fault_of([] { (void)given(R"({ "limit": 10 })").number("limit", 1, 9, 5); }).empty());
}

TEST(Arguments, AMacIsTakenInEveryUsualSpelling) {
    CHECK_EQUAL(std::string("0011AABBCCDD"), mac_of("00:11:aa:bb:cc:dd"));
    CHECK_EQUAL(std::string("0011AABBCCDD"), mac_of("00-11-AA-BB-CC-DD"));
    CHECK_EQUAL(std::string("0011AABBCCDD"), mac_of("0011.aabb.ccdd"));
    CHECK_EQUAL(std::string("0011AABBCCDD"), mac_of("0011aabbccdd"));
    CHECK_EQUAL(std::string("0011AABBCCDD"), mac_of("SEP0011AABBCCDD"));
    CHECK_EQUAL(std::string("0011AABBCCDD"), mac_of("ATA0011AABBCCDD"));
}

TEST(Arguments, OtherThanAMacIsRefused) {
    for (const auto* text : {"00:11:22:33:44", "00:11:22:33:44:55:66", "0011aabbccdg", "SEP0011AABBCCD", "SEP", "::::"}) {
        CHECK(!fault_of([text] { (void)mac_of(text); }).empty());
    }
}
