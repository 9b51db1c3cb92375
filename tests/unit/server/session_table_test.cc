#include "tftpd/server/session_table.h"

#include "tests/unit/server/support.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(SessionTable) {
    SessionTable table{TimePoint(std::chrono::seconds(1))};
    const SessionKey first{peer("192.0.2.1", 1000), 3};
    const SessionKey second{peer("192.0.2.2", 1000), 3};
    const SessionKey third{peer("192.0.2.3", 1000), 3};
};

TEST(SessionTable, ASessionIsFoundByPhonePortAndSocketOnly) {
    auto& session = table.add(first);
    POINTERS_EQUAL(&session, table.find(first));
    POINTERS_EQUAL(nullptr, table.find({peer("192.0.2.1", 1001), 3}));
    POINTERS_EQUAL(nullptr, table.find({peer("192.0.2.1", 1000), 4}));
    POINTERS_EQUAL(nullptr, table.find(second));
}

TEST(SessionTable, AKeyUsedAgainHasAnotherId) {
    const auto id = table.add(first).id;
    table.erase(*table.find(first));
    POINTERS_EQUAL(nullptr, table.find(first));
    CHECK(table.add(first).id != id);
}

TEST(SessionTable, TheOldestUnansweredIsTheFirstThatBegan) {
    POINTERS_EQUAL(nullptr, table.oldest_unanswered());
    auto& oldest = table.add(first);
    auto& middle = table.add(second);
    auto& newest = table.add(third);
    POINTERS_EQUAL(&oldest, table.oldest_unanswered());
    table.mark_answered(oldest);
    table.mark_answered(oldest);
    POINTERS_EQUAL(&middle, table.oldest_unanswered());
    table.erase(middle);
    POINTERS_EQUAL(&newest, table.oldest_unanswered());
    table.mark_answered(newest);
    POINTERS_EQUAL(nullptr, table.oldest_unanswered());
    LONGS_EQUAL(2, table.size());
}

TEST(SessionTable, ErasingFromTheMiddleKeepsTheOrder) {
    auto& oldest = table.add(first);
    table.add(second);
    auto& newest = table.add(third);
    table.erase(*table.find(second));
    table.erase(oldest);
    POINTERS_EQUAL(&newest, table.oldest_unanswered());
}

TEST(SessionTable, AnErasedSessionHasNoDeadlineLeft) {
    auto& session = table.add(first);
    table.wheel.set(session, TimePoint(std::chrono::seconds(2)));
    table.erase(session);
    POINTERS_EQUAL(nullptr, table.wheel.take_due(TimePoint(std::chrono::seconds(3))));
}
