#include "tftpd/console/sessions.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Sessions) {
    Sessions sessions;
    const TimePoint start{std::chrono::hours(1)};
};

TEST(Sessions, ATokenIsItsRole) {
    const auto viewer = sessions.open(Role::viewer, start);
    const auto worker = sessions.open(Role::operator_, start);
    CHECK(sessions.use(viewer, start) == Role::viewer);
    CHECK(sessions.use(worker, start) == Role::operator_);
    CHECK(!sessions.use("", start));
    CHECK(!sessions.use(viewer.substr(1), start));
    LONGS_EQUAL(64, viewer.size());
    CHECK(viewer != sessions.open(Role::viewer, start));
}

TEST(Sessions, WithoutUseItEndsAfterHalfAnHour) {
    const auto token = sessions.open(Role::viewer, start);
    CHECK(sessions.use(token, start + std::chrono::minutes(29)).has_value());
    CHECK(sessions.is_open(token, start + std::chrono::minutes(58)));
    CHECK(!sessions.is_open(token, start + std::chrono::minutes(59)));
    CHECK(!sessions.use(token, start + std::chrono::minutes(59)));
}

TEST(Sessions, WithUseItEndsAfterTwelveHours) {
    const auto token = sessions.open(Role::viewer, start);
    for (auto now = start; now < start + Sessions::longest; now += std::chrono::minutes(20)) {
        CHECK(sessions.use(token, now).has_value());
    }
    CHECK(!sessions.use(token, start + Sessions::longest));
}

TEST(Sessions, TheOneUnusedForLongestMakesRoom) {
    const auto oldest = sessions.open(Role::viewer, start);
    const auto second = sessions.open(Role::viewer, start + std::chrono::seconds(1));
    for (std::size_t i = 2; i <= Sessions::max_sessions; ++i) {
        sessions.open(Role::viewer, start + std::chrono::seconds(2));
    }
    CHECK(!sessions.is_open(oldest, start + std::chrono::seconds(2)));
    CHECK(sessions.is_open(second, start + std::chrono::seconds(2)));
}

TEST(Sessions, ClosedOnesAreOver) {
    const auto viewer = sessions.open(Role::viewer, start);
    const auto worker = sessions.open(Role::operator_, start);
    sessions.close_all_of(Role::viewer);
    CHECK(!sessions.use(viewer, start));
    sessions.close(worker);
    CHECK(!sessions.use(worker, start));
}
