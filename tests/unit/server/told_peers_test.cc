#include "tftpd/server/told_peers.h"

#include "tests/unit/server/support.h"

#include <memory>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;

TEST_GROUP(ToldPeers) {
    std::unique_ptr<ToldPeers> told = std::make_unique<ToldPeers>();
    const TimePoint now = TimePoint(1000s);
};

TEST(ToldPeers, ASourcePortIsToldOnce) {
    CHECK(told->may_tell(peer("192.0.2.1", 1), now));
    CHECK_FALSE(told->may_tell(peer("192.0.2.1", 1), now));
    CHECK_FALSE(told->may_tell(peer("192.0.2.1", 1), now + ToldPeers::remembered - 1ns));
    CHECK(told->may_tell(peer("192.0.2.1", 1), now + ToldPeers::remembered));
}

TEST(ToldPeers, AnotherPortOfTheSameAddressIsToldToo) {
    CHECK(told->may_tell(peer("192.0.2.1", 1), now));
    CHECK(told->may_tell(peer("192.0.2.1", 2), now));
}

TEST(ToldPeers, AHushedPhoneIsNotTold) {
    told->hush(peer("192.0.2.1", 1), now);
    CHECK_FALSE(told->may_tell(peer("192.0.2.1", 1), now));
}

TEST(ToldPeers, NoMoreThanTheBudgetIsToldInASecond) {
    unsigned count = 0;
    for (std::uint16_t port = 1; port < 1000; ++port) {
        count += told->may_tell(peer("192.0.2.1", port), now) ? 1 : 0;
    }
    LONGS_EQUAL(ToldPeers::told_a_second, count);
    CHECK(told->may_tell(peer("192.0.2.2", 1), now + 2s));
}
