#include "tftpd/resolve/search_queue.h"

#include "tests/unit/store/support.h"
#include "tftpd/resolve/name_job.h"
#include "tftpd/upstream/cluster_fetch.h"

#include <memory>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using branchline::test::name_of;

TEST_GROUP(SearchQueue) {
    static constexpr auto burst = static_cast<std::size_t>(SearchQueue::query_burst);

    const TimePoint start{1h};
    SearchQueue queue;
    std::vector<std::shared_ptr<NameJob>> jobs;

    std::shared_ptr<NameJob> job() {
        auto environment = std::make_shared<JobEnvironment>();
        environment->now = [this] { return start; };
        jobs.push_back(std::make_shared<NameJob>(name_of("a.xml"), std::make_shared<const Config>(), environment, nullptr,
                                                 NameJob::Hooks{}));
        return jobs.back();
    }
    /// As many clusters as the bound allows have just been asked.
    void exhaust() {
        CHECK(queue.is_open(start));
        queue.count(burst);
        CHECK_FALSE(queue.is_open(start));
    }
};

TEST(SearchQueue, WhatNobodyWaitsForNeedsHalfOfTheRoom) {
    CHECK(queue.is_quiet(start));
    queue.count(burst / 2);
    CHECK(queue.is_quiet(start));
    queue.count(1);
    CHECK_FALSE(queue.is_quiet(start));
    CHECK(queue.is_open(start));
}

TEST(SearchQueue, WhoCameFirstGoesFirstAndNobodyOvertakes) {
    exhaust();
    CHECK(queue.push(job(), {}, start));
    CHECK(queue.push(job(), {}, start));
    CHECK_FALSE(queue.pop(start).has_value());
    const auto turn = *queue.deadline();
    CHECK(turn > start && turn < start + 1s);
    CHECK_FALSE(queue.is_open(turn));
    const auto first = queue.pop(turn);
    CHECK(first->job == jobs[0] && !first->late);
    queue.count(1);
    CHECK_FALSE(queue.pop(turn).has_value());
    CHECK(queue.pop(*queue.deadline())->job == jobs[1]);
    CHECK_FALSE(queue.deadline().has_value());
    CHECK(queue.is_open(turn + 1s));
}

TEST(SearchQueue, WhoHasWaitedForTooLongIsLate) {
    exhaust();
    for (int i = 0; i < 2; ++i) {
        CHECK(queue.push(job(), {}, start));
    }
    queue.count(1000);  // by fetches that run already
    CHECK(queue.deadline() == start + SearchQueue::max_wait);
    CHECK_FALSE(queue.pop(start + SearchQueue::max_wait - 1ms).has_value());
    CHECK(queue.pop(start + SearchQueue::max_wait).value().late);
    CHECK(queue.pop(start + SearchQueue::max_wait).value().late);
}

TEST(SearchQueue, AtMostSoManyWait) {
    exhaust();
    const auto one = job();
    for (std::size_t i = 0; i < SearchQueue::max_waiting; ++i) {
        CHECK(queue.push(one, {}, start));
    }
    CHECK_FALSE(queue.push(one, {}, start));
    queue.clear();
    CHECK(queue.push(one, {}, start));
}

TEST(SearchQueue, AJobThatHasGoneIsPassedOver) {
    exhaust();
    CHECK(queue.push(job(), {}, start));
    CHECK(queue.push(job(), {}, start));
    jobs[0].reset();
    CHECK(queue.pop(start + 1s)->job == jobs[1]);
}
