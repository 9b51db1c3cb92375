#include "tftpd/http/metrics.h"
#include "tftpd/base/counters.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Metrics) {
    MetricsSnapshot snapshot;
    void setup() override {
        counters.reset();
    }
    void teardown() override {
        counters.reset();
    }
    void has(const std::string& line) const {
        const auto text = metrics_text(snapshot);
        CHECK_TEXT(text.find("\n" + line + "\n") != std::string::npos, (line + " is not in\n" + text).c_str());
    }
};

TEST(Metrics, CountersHaveTheNamesOfStatisticGetAll) {
    STRCMP_EQUAL("branchline_tftp_bytes_sent_total", metric_name_of_counter("tftp-bytes-sent").c_str());
    counters.add(Counter::tftp_bytes, 1234567);
    has("# TYPE branchline_tftp_bytes_sent_total counter");
    has("branchline_tftp_bytes_sent_total 1234567");
}

TEST(Metrics, EveryCounterIsThereAndExplained) {
    for (std::size_t i = 0; i < counter_names.size(); ++i) {
        has("# HELP " + metric_name_of_counter(counter_names[i]) + " " + std::string(counter_meanings[i]));
        CHECK(!counter_meanings[i].empty());
    }
}

TEST(Metrics, TheStateIsZeroAndOne) {
    has("branchline_serving 0");
    has("branchline_config_last_reload_successful 1");
    snapshot.serving = true;
    snapshot.reload_refused = true;
    has("branchline_serving 1");
    has("branchline_config_last_reload_successful 0");
}

TEST(Metrics, ClustersAndTheirServersAreLabels) {
    ClusterStatus cluster;
    cluster.id = "hq";
    ServerStatus down;
    down.server.address = boost::asio::ip::make_address("192.0.2.10");
    down.up = false;
    down.failures = 3;
    ServerStatus up;
    up.server.address = boost::asio::ip::make_address("2001:db8::10");
    cluster.servers = {down, up};
    cluster.traffic.complete = 5;
    cluster.traffic.bytes = 700;
    cluster.traffic.answer_times.counts[0] = 2;
    cluster.traffic.answer_times.counts.back() = 1;
    cluster.traffic.answer_times.sum = std::chrono::milliseconds(1500);
    snapshot.clusters = {cluster};
    has(R"(branchline_cluster_up{cluster="hq"} 1)");
    has(R"(branchline_server_up{cluster="hq",server="192.0.2.10:69"} 0)");
    has(R"(branchline_server_up{cluster="hq",server="[2001:db8::10]:69"} 1)");
    has(R"(branchline_server_failures{cluster="hq",server="192.0.2.10:69"} 3)");
    has(R"(branchline_cluster_fetches_total{cluster="hq",result="complete"} 5)");
    has(R"(branchline_cluster_bytes_total{cluster="hq"} 700)");
    has(R"(branchline_cluster_answer_seconds_bucket{cluster="hq",le="0.005"} 2)");
    has(R"(branchline_cluster_answer_seconds_bucket{cluster="hq",le="120"} 2)");
    has(R"(branchline_cluster_answer_seconds_bucket{cluster="hq",le="+Inf"} 3)");
    has(R"(branchline_cluster_answer_seconds_sum{cluster="hq"} 1.5)");
    has(R"(branchline_cluster_answer_seconds_count{cluster="hq"} 3)");
}

TEST(Metrics, AClusterWithoutAnyLivingServerIsDown) {
    ClusterStatus cluster;
    cluster.id = "hq";
    ServerStatus down;
    down.up = false;
    cluster.servers = {down};
    snapshot.clusters = {cluster};
    has(R"(branchline_cluster_up{cluster="hq"} 0)");
}
