#include "tftpd/http/request_target.h"

#include <CppUTest/TestHarness.h>

using branchline::name_from_target;

namespace {

std::string name_of(std::string_view target) {
    const auto name = name_from_target(target);
    return name ? *name : "refused: " + name.error().text;
}

bool refused(std::string_view target) {
    return !name_from_target(target);
}

}  // namespace

TEST_GROUP(RequestTarget){};

TEST(RequestTarget, NameKeepsItsSlashes) {
    CHECK_EQUAL(std::string("/English_United_States/sl-be-sip.jar"), name_of("/English_United_States/sl-be-sip.jar"));
    CHECK_EQUAL(std::string("//mk-sip.jar"), name_of("//mk-sip.jar"));
}

TEST(RequestTarget, PercentEncodingIsUndoneOnceAndOnlyOnce) {
    CHECK_EQUAL(std::string("/a b.xml"), name_of("/a%20b.xml"));
    CHECK_EQUAL(std::string("/%2e%2e/x"), name_of("/%252e%252e/x"));
    CHECK_EQUAL(std::string("/../x"), name_of("/%2E%2e/x"));  // FileName refuses it, having seen it as it is
    CHECK_EQUAL(std::string("/a?b"), name_of("/a%3fb"));
    CHECK_EQUAL(std::string("/a\0b", 4), name_of("/a%00b"));
}

TEST(RequestTarget, BrokenPercentEncodingIsRefused) {
    CHECK(refused("/a%"));
    CHECK(refused("/a%4"));
    CHECK(refused("/a%4g"));
    CHECK(refused("/a%g4"));
    CHECK(refused("/%%41"));
    CHECK_EQUAL(std::string("/aA"), name_of("/a%41"));
}

TEST(RequestTarget, QueryAndFragmentAreDropped) {
    CHECK_EQUAL(std::string("/a.xml"), name_of("/a.xml?b=c%zz"));
    CHECK_EQUAL(std::string("/a.xml"), name_of("/a.xml#x?y"));
    CHECK_EQUAL(std::string("/"), name_of("/?"));
}

TEST(RequestTarget, AbsoluteFormIsUnderstood) {
    CHECK_EQUAL(std::string("/a.xml"), name_of("http://198.51.100.0:6970/a.xml"));
    CHECK_EQUAL(std::string("/a.xml"), name_of("HTTP://x/a.xml?q"));
    CHECK_EQUAL(std::string("/"), name_of("http://x"));
}

TEST(RequestTarget, OtherFormsAreRefused) {
    CHECK(refused(""));
    CHECK(refused("*"));
    CHECK(refused("a.xml"));
    CHECK(refused("example.com:443"));
    CHECK(refused("https://x/a"));
    CHECK(refused("http:/"));
}
