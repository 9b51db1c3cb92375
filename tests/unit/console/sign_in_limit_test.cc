#include "tftpd/console/sign_in_limit.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using boost::asio::ip::make_address;

TEST_GROUP(SignInLimit) {
    SignInLimit limit;
    const TimePoint start{std::chrono::hours(1)};
    const boost::asio::ip::address somebody = make_address("192.0.2.7");

    void fail(std::size_t times, const boost::asio::ip::address& from, TimePoint at) {
        for (std::size_t i = 0; i < times; ++i) {
            limit.failed(from, at);
        }
    }
};

TEST(SignInLimit, TheFifthWrongPasswordIsTheLast) {
    fail(4, somebody, start);
    CHECK(limit.allows(somebody, start));
    fail(1, somebody, start);
    CHECK(!limit.allows(somebody, start));
}

TEST(SignInLimit, AMinuteLaterOneMayTryAgain) {
    fail(5, somebody, start);
    CHECK(!limit.allows(somebody, start + std::chrono::seconds(59)));
    CHECK(limit.allows(somebody, start + std::chrono::seconds(60)));
}

TEST(SignInLimit, OthersAreNotHeldUp) {
    fail(5, somebody, start);
    CHECK(limit.allows(make_address("192.0.2.8"), start));
}

TEST(SignInLimit, AnIpv6HostHasOneBudgetForAllItsAddresses) {
    fail(5, make_address("2001:db8::1"), start);
    CHECK(!limit.allows(make_address("2001:db8::2:3"), start));
    CHECK(limit.allows(make_address("2001:db8:0:1::1"), start));
}

TEST(SignInLimit, TheRightPasswordForgetsTheWrongOnes) {
    fail(4, somebody, start);
    limit.succeeded(somebody);
    fail(4, somebody, start);
    CHECK(limit.allows(somebody, start));
}

TEST(SignInLimit, WhatIsRememberedIsBounded) {
    for (std::uint32_t i = 0; i < SignInLimit::max_sources; ++i) {
        const auto from = boost::asio::ip::address_v4(0x0a000000 + i);
        CHECK(limit.allows(from, start));
        limit.failed(from, start);
    }
    CHECK(!limit.allows(make_address("198.51.100.1"), start));
    CHECK(limit.allows(make_address("198.51.100.1"), start + SignInLimit::window));
}
