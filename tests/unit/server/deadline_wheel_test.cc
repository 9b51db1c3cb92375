#include "tftpd/server/deadline_wheel.h"

#include <algorithm>
#include <list>
#include <random>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;

TEST_GROUP(DeadlineWheel) {
    const TimePoint start = TimePoint(1000s);
    DeadlineWheel wheel{start};
};

TEST(DeadlineWheel, AnEmptyWheelHasNothingNext) {
    CHECK_FALSE(wheel.next().has_value());
    POINTERS_EQUAL(nullptr, wheel.take_due(start + 1h));
}

TEST(DeadlineWheel, FiresAtTheDeadlineAndNotBefore) {
    DeadlineWheel::Entry entry;
    wheel.set(entry, start + 100ms);
    POINTERS_EQUAL(nullptr, wheel.take_due(start + 99ms));
    POINTERS_EQUAL(&entry, wheel.take_due(start + 100ms));
    POINTERS_EQUAL(nullptr, wheel.take_due(start + 200ms));
}

TEST(DeadlineWheel, FiresOneSlotLateAtMost) {
    DeadlineWheel::Entry entry;
    wheel.set(entry, start + 101ms);
    POINTERS_EQUAL(nullptr, wheel.take_due(start + 100ms));
    POINTERS_EQUAL(&entry, wheel.take_due(start + 110ms));
}

TEST(DeadlineWheel, ALaterDeadlineReplacesTheEarlierOne) {
    DeadlineWheel::Entry entry;
    wheel.set(entry, start + 100ms);
    wheel.set(entry, start + 500ms);
    POINTERS_EQUAL(nullptr, wheel.take_due(start + 490ms));
    POINTERS_EQUAL(&entry, wheel.take_due(start + 500ms));
}

TEST(DeadlineWheel, ANearerDeadlineReplacesTheLaterOne) {
    DeadlineWheel::Entry entry;
    wheel.set(entry, start + 5s);
    wheel.set(entry, start + 100ms);
    CHECK(*wheel.next() == start + 100ms);
    POINTERS_EQUAL(&entry, wheel.take_due(start + 100ms));
}

TEST(DeadlineWheel, BeyondItsReachItStillFiresInTime) {
    DeadlineWheel::Entry entry;
    wheel.set(entry, start + 60s);
    for (auto now = start; now < start + 60s; now += 1s) {
        POINTERS_EQUAL(nullptr, wheel.take_due(now));
        CHECK(*wheel.next() > now);
    }
    POINTERS_EQUAL(&entry, wheel.take_due(start + 60s));
}

TEST(DeadlineWheel, AfterALongPauseEverythingDueComes) {
    std::list<DeadlineWheel::Entry> entries(3000);
    Duration offset{};
    for (auto& entry : entries) {
        wheel.set(entry, start + (offset += 7ms));
    }
    std::size_t fired = 0;
    while (wheel.take_due(start + 1h) != nullptr) {
        ++fired;
    }
    LONGS_EQUAL(3000, fired);
    CHECK_FALSE(wheel.next().has_value());
}

TEST(DeadlineWheel, ADeadlineInThePastFiresAtTheNextSlot) {
    DeadlineWheel::Entry entry;
    wheel.set(entry, start - 5s);
    POINTERS_EQUAL(&entry, wheel.take_due(start + 10ms));
}

TEST(DeadlineWheel, ARemovedEntryNeverFires) {
    DeadlineWheel::Entry kept;
    DeadlineWheel::Entry removed;
    wheel.set(kept, start + 100ms);
    wheel.set(removed, start + 100ms);
    wheel.remove(removed);
    wheel.remove(removed);
    POINTERS_EQUAL(&kept, wheel.take_due(start + 1s));
    POINTERS_EQUAL(nullptr, wheel.take_due(start + 1s));
}

TEST(DeadlineWheel, WhatIsDueMayBeRemovedOrPutOffWhileOthersAreTaken) {
    DeadlineWheel::Entry first;
    DeadlineWheel::Entry removed;
    DeadlineWheel::Entry put_off;
    wheel.set(first, start + 100ms);
    wheel.set(removed, start + 100ms);
    wheel.set(put_off, start + 100ms);
    POINTERS_EQUAL(&first, wheel.take_due(start + 100ms));
    wheel.remove(removed);
    wheel.set(put_off, start + 300ms);
    POINTERS_EQUAL(nullptr, wheel.take_due(start + 100ms));
    POINTERS_EQUAL(nullptr, wheel.take_due(start + 290ms));
    POINTERS_EQUAL(&put_off, wheel.take_due(start + 300ms));
}

TEST(DeadlineWheel, AgreesWithASortedListOverManyRandomSteps) {
    std::mt19937 dice(1);
    std::list<DeadlineWheel::Entry> entries(200);
    std::vector<DeadlineWheel::Entry*> in_wheel;
    for (auto& entry : entries) {
        in_wheel.push_back(&entry);
    }
    auto now = start;
    for (auto* entry : in_wheel) {
        wheel.set(*entry, now + std::chrono::milliseconds(dice() % 30000));
    }
    for (int step = 0; step < 3000; ++step) {
        now += std::chrono::milliseconds(dice() % 200);
        while (auto* entry = wheel.take_due(now)) {
            CHECK(entry->due() <= now);
            wheel.set(*entry, now + std::chrono::milliseconds(dice() % 30000));
        }
        for (auto* entry : in_wheel) {
            CHECK(entry->due() > now - DeadlineWheel::slot_time);  // nothing was forgotten
        }
        wheel.set(*in_wheel[dice() % in_wheel.size()], now + std::chrono::milliseconds(dice() % 30000));
    }
}
