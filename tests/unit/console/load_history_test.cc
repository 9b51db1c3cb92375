#include "tftpd/console/load_history.h"

#include <cc/data.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::Element;

TEST_GROUP(LoadHistory) {
    LoadHistory history;
    Counters counted;
    TimePoint now{std::chrono::hours(1)};

    void look(UnderWay open = {}) {
        history.look(counted, open, now, std::chrono::system_clock::time_point(std::chrono::seconds(1000)));
        now += std::chrono::seconds(2);
    }
    /// The newest sample's member.
    std::int64_t newest(const char* name) {
        return Element::fromJSON(history.change())->get("samples")->get(0)->get(name)->intValue();
    }
};

TEST(LoadHistory, TheFirstLookIsOnlyWhatTheNextIsComparedWith) {
    counted.add(Counter::tftp_requests, 100);
    look();
    STRCMP_EQUAL("", history.change().c_str());
    STRCMP_EQUAL(R"({"all": true, "samples": []})", history.everything().c_str());
}

TEST(LoadHistory, ASampleIsWhatTheCountersGained) {
    counted.add(Counter::tftp_requests, 100);
    look();
    counted.add(Counter::tftp_requests, 7);
    counted.add(Counter::tftp_resent, 3);
    look({4, 5});
    LONGS_EQUAL(7, newest("tftp-requests"));
    LONGS_EQUAL(3, newest("tftp-blocks-resent"));
    LONGS_EQUAL(0, newest("http-bytes-sent"));
    LONGS_EQUAL(4, newest("transfers"));
    LONGS_EQUAL(5, newest("connections"));
    LONGS_EQUAL(2000, newest("ms"));
    LONGS_EQUAL(1'000'000, newest("at"));
}

TEST(LoadHistory, ACounterSetToZeroIsNoNegativeLoad) {
    counted.add(Counter::http_requests, 100);
    look();
    counted.reset();
    counted.add(Counter::http_requests, 2);
    look();
    LONGS_EQUAL(2, newest("http-requests"));
}

TEST(LoadHistory, HalfAnHourIsKeptAndTheOldestGoes) {
    for (std::size_t i = 0; i < LoadHistory::max_samples + 2; ++i) {
        counted.add(Counter::http_requests, i);
        look();
    }
    const auto all = Element::fromJSON(history.everything())->get("samples");
    UNSIGNED_LONGS_EQUAL(LoadHistory::max_samples, all->size());
    LONGS_EQUAL(2, all->get(0)->get("http-requests")->intValue());
    LONGS_EQUAL(LoadHistory::max_samples + 1, all->get(static_cast<int>(all->size()) - 1)->get("http-requests")->intValue());
}
