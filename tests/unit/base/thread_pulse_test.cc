#include "tftpd/base/thread_pulse.h"

#include <functional>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(ThreadPulse) {
    ThreadPulse pulse;
    std::vector<std::function<void()>> queue;

    unsigned beat() {
        return pulse.beat([this](std::function<void()> work) { queue.push_back(std::move(work)); });
    }
    void take_all() {
        for (const auto& work : queue) {
            work();
        }
        queue.clear();
    }
};

TEST(ThreadPulse, AThreadThatTakesItsWorkMissesNothing) {
    for (int i = 0; i < 30; ++i) {
        LONGS_EQUAL(0, beat());
        take_all();
    }
}

TEST(ThreadPulse, OneThatHangsIsAskedOnceAndCounted) {
    LONGS_EQUAL(0, beat());
    for (unsigned missed = 1; missed <= ThreadPulse::dead; ++missed) {
        LONGS_EQUAL(missed, beat());
    }
    LONGS_EQUAL(1, queue.size());
}

TEST(ThreadPulse, OneThatMovesAgainIsAliveAgain) {
    beat();
    LONGS_EQUAL(1, beat());
    take_all();
    LONGS_EQUAL(0, beat());
}

TEST(ThreadPulse, TheWorkMayOutliveThePulse) {
    {
        ThreadPulse brief;
        brief.beat([this](std::function<void()> work) { queue.push_back(std::move(work)); });
    }
    take_all();
}
