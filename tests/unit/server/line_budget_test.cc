#include "tftpd/server/line_budget.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;

TEST_GROUP(LineBudget) {
    LineBudget budget{3, 10};
    const TimePoint now = TimePoint(1000s);
    unsigned lines(unsigned wanted, TimePoint when) {
        unsigned written = 0;
        for (; wanted > 0; --wanted) {
            written += budget.take(when).has_value() ? 1 : 0;
        }
        return written;
    }
};

TEST(LineBudget, ABurstFitsAndTheNextLineDoesNot) {
    LONGS_EQUAL(3, lines(3, now));
    CHECK_FALSE(budget.take(now).has_value());
}

TEST(LineBudget, TheFirstLineThatFitsAgainTellsHowManyWereLeftOut) {
    lines(3 + 7, now);
    CHECK_FALSE(budget.take(now + 99ms).has_value());
    LONGS_EQUAL(8, *budget.take(now + 101ms));
    LONGS_EQUAL(0, *budget.take(now + 300ms));
}

TEST(LineBudget, HowManyWereLeftOutIsToldOnceInTenSeconds) {
    lines(3 + 7, now);
    LONGS_EQUAL(7, *budget.take(now + 101ms));
    lines(5, now + 102ms);
    LONGS_EQUAL(0, *budget.take(now + 1s));
    lines(20, now + 2s);
    LONGS_EQUAL(22, *budget.take(now + 10200ms));
}

TEST(LineBudget, OverAMinuteItWritesTheBurstAndTheRateAndNoMore) {
    unsigned written = 0;
    for (int step = 0; step < 6000; ++step) {
        written += lines(10, now + step * 10ms);
    }
    CHECK(written >= 600 && written <= 603);
}

TEST(LineBudget, ALongSilenceFillsItToTheBurstOnly) {
    lines(3, now);
    LONGS_EQUAL(3, lines(100, now + 1h));
}

TEST(LineBudget, TimesThatComeOutOfOrderFromOtherThreadsAddNothing) {
    lines(3, now + 1s);
    LONGS_EQUAL(0, lines(5, now));
    LONGS_EQUAL(1, lines(5, now + 1110ms));
}
