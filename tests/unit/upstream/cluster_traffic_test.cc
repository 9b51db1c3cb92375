#include "tftpd/upstream/cluster_traffic.h"

#include <numeric>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using std::chrono::milliseconds;

TEST_GROUP(ClusterTraffic) {
    ClusterTrafficTable table;
    TimePoint now{};
    std::string heard;

    FetchEvents fetch(const std::string& cluster) {
        FetchEvents events;
        events.found = [this](std::optional<std::uint64_t>) { heard += "found "; };
        events.bytes = [this](ByteView part) { heard += std::to_string(part.size()) + " "; };
        events.done = [this](FetchOutcome outcome) { heard += outcome.reason; };
        events.objection = [] { return std::optional<std::string>("not the file"); };
        return table.counted(cluster, std::move(events), [this] { return now; });
    }
    static std::uint64_t answers(const ClusterTraffic& traffic) {
        const auto& counts = traffic.answer_times.counts;
        return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    }
};

TEST(ClusterTraffic, AFetchIsCountedAndPassedOn) {
    const auto events = fetch("hq");
    now += milliseconds(40);
    events.found(7);
    now += milliseconds(1000);
    events.bytes(as_bytes("abc"));
    events.bytes(as_bytes("defg"));
    events.done({FetchResult::complete, "done"});
    STRCMP_EQUAL("found 3 4 done", heard.c_str());
    CHECK(events.objection() == "not the file");
    const auto traffic = table.of("hq");
    LONGS_EQUAL(1, traffic.complete);
    LONGS_EQUAL(7, traffic.bytes);
    LONGS_EQUAL(1, answers(traffic));
    LONGS_EQUAL(40'000, traffic.answer_times.sum.count());
}

TEST(ClusterTraffic, ANotFoundIsAnAnswerToo) {
    const auto events = fetch("hq");
    now += milliseconds(30);
    events.done({FetchResult::not_found, ""});
    LONGS_EQUAL(1, table.of("hq").not_found);
    LONGS_EQUAL(30'000, table.of("hq").answer_times.sum.count());
}

TEST(ClusterTraffic, SilenceIsNoAnswer) {
    fetch("hq").done({FetchResult::unreachable, ""});
    fetch("hq").done({FetchResult::broken, ""});
    LONGS_EQUAL(1, table.of("hq").unreachable);
    LONGS_EQUAL(1, table.of("hq").broken);
    LONGS_EQUAL(0, answers(table.of("hq")));
}

TEST(ClusterTraffic, ASecondServersFindIsNoSecondAnswer) {
    const auto events = fetch("hq");
    events.found(7);
    events.found(7);
    events.done({FetchResult::complete, ""});
    LONGS_EQUAL(1, answers(table.of("hq")));
}

TEST(ClusterTraffic, ClustersAreApart) {
    fetch("east").done({FetchResult::complete, ""});
    LONGS_EQUAL(0, table.of("west").complete);
}

TEST(ClusterTraffic, AClusterThatWentMayEndItsFetches) {
    const auto events = fetch("hq");
    table.keep_only({"other"});
    events.done({FetchResult::complete, "done"});
    STRCMP_EQUAL("done", heard.c_str());
    LONGS_EQUAL(0, table.of("hq").complete);
}
