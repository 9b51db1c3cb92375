#include "tftpd/resolve/rate_limit.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;

TEST_GROUP(RateLimit) {
    RateLimit limit{100, 5};
    TimePoint now{1000s};
};

TEST(RateLimit, StartsFullAndRefillsAtItsRate) {
    for (int i = 0; i < 5; ++i) {
        CHECK(limit.take(1, now));
    }
    CHECK(!limit.take(1, now));
    CHECK(!limit.take(1, now + 9ms));
    CHECK(limit.take(1, now + 11ms));
}

TEST(RateLimit, NeverHoldsMoreThanItsBurst) {
    now += 24h;
    int taken = 0;
    while (limit.take(1, now)) {
        ++taken;
    }
    CHECK_EQUAL(5, taken);
}

TEST(RateLimit, DebtIsPaidBeforeAnythingElse) {
    CHECK(limit.take(5, now));
    limit.owe(10);
    CHECK(!limit.take(1, now + 100ms));
    CHECK(limit.take(1, now + 111ms));
}

TEST(RateLimit, NextSaysWhenThereIsATokenAgain) {
    CHECK(limit.take(5, now));
    CHECK(!limit.take(1, now));
    CHECK(!limit.take(1, limit.next() - 2ms));
    CHECK(limit.take(1, limit.next() + 1ms));
}

TEST(RateLimit, TimeThatGoesBackGivesNothing) {
    CHECK(limit.take(5, now));
    CHECK(!limit.take(1, now - 1h));
    CHECK(!limit.take(1, now));
}
