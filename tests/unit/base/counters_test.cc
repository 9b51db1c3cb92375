#include "tftpd/base/counters.h"

#include <set>
#include <string_view>
#include <thread>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Counters){};

TEST(Counters, EachCounterHasANameOfItsOwn) {
    const std::set<std::string_view> names(counter_names.begin(), counter_names.end());
    CHECK_EQUAL(counter_names.size(), names.size());
    for (const auto name : names) {
        CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
    }
}

TEST(Counters, NamesAndEnumeratorsGoTogether) {
    CHECK(counter_names[static_cast<std::size_t>(Counter::tftp_requests)] == "tftp-requests");
    CHECK(counter_names[static_cast<std::size_t>(Counter::lease_events_bad)] == "lease-events-malformed");
}

TEST(Counters, AddingFromManyThreadsLosesNothing) {
    Counters own;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&own] {
            for (int n = 0; n < 10000; ++n) {
                own.add(Counter::tftp_bytes, 3);
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK_EQUAL(120000, own.get(Counter::tftp_bytes));
    CHECK_EQUAL(0, own.get(Counter::tftp_blocks));
    own.reset();
    CHECK_EQUAL(0, own.get(Counter::tftp_bytes));
}
