#include "tftpd/http/metrics.h"

#include "tftpd/base/counters.h"
#include "tftpd/base/histogram.h"
#include "tftpd/http/process_metrics.h"
#include "tftpd/upstream/attempt.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <sstream>
#include <utility>

namespace branchline {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

double number(std::uint64_t value) {
    return static_cast<double>(value);
}

/// Families in the making: each call adds one, or one more value to the one added last.
class Families {
public:
    void begin(const std::string& name, const std::string& help, MetricType type) { all_.push_back({name, help, type, {}}); }
    ClientMetric& add(Labels labels) {
        ClientMetric metric;
        metric.label = std::move(labels);
        return all_.back().metric.emplace_back(std::move(metric));
    }
    void value(double value, Labels labels = {}) {
        auto& metric = add(std::move(labels));
        (all_.back().type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    }
    void gauge(const std::string& name, const std::string& help, double its_value, Labels labels = {}) {
        begin(name, help, MetricType::Gauge);
        value(its_value, std::move(labels));
    }
    void counter(const std::string& name, const std::string& help, double its_value) {
        begin(name, help, MetricType::Counter);
        value(its_value);
    }
    void histogram(const HistogramValues& values, Labels labels = {}) {
        auto& histogram = add(std::move(labels)).histogram;
        for (std::size_t step = 0; step < values.counts.size(); ++step) {
            histogram.sample_count += values.counts[step];
            const auto bound = step < HistogramValues::bounds.size()
                                   ? std::chrono::duration<double>(HistogramValues::bounds[step]).count()
                                   : std::numeric_limits<double>::infinity();
            histogram.bucket.push_back({histogram.sample_count, bound});
        }
        histogram.sample_sum = std::chrono::duration<double>(values.sum).count();
    }
    [[nodiscard]] const std::vector<MetricFamily>& all() const { return all_; }

private:
    std::vector<MetricFamily> all_;
};

void add_counters(Families& families) {
    for (std::size_t i = 0; i < counter_names.size(); ++i) {
        families.counter(metric_name_of_counter(counter_names[i]), std::string(counter_meanings[i]),
                         number(counters.get(static_cast<Counter>(i))));
    }
    families.begin("branchline_tftp_transfer_seconds", "How long TFTP transfers took that ended well", MetricType::Histogram);
    families.histogram(tftp_transfer_times.values());
}

void add_state(Families& families, const MetricsSnapshot& now) {
    families.gauge("branchline_build_info", "The program's version", 1, {{"version", now.version}});
    families.gauge("branchline_serving", "1 while phones are served", now.serving ? 1 : 0);
    families.gauge("branchline_config_last_reload_successful", "0 if the last new configuration was refused",
                   now.reload_refused ? 0 : 1);
    families.gauge("branchline_config_age_seconds", "How long ago the running configuration was taken",
                   static_cast<double>(now.since_reload.count()));
    families.gauge("branchline_tftp_transfers_running", "TFTP transfers under way", number(now.tftp_transfers));
    families.gauge("branchline_tftp_transfers_limit", "limits/transfers of the configuration", number(now.tftp_transfer_limit));
    families.gauge("branchline_http_connections_open", "Phones' HTTP connections", number(now.http_connections));
    families.gauge("branchline_phones_known", "Phones of which the DHCP hook has told an address", number(now.phones_known));
    families.gauge("branchline_cache_files", "Files in the cache", number(now.cache.files));
    families.gauge("branchline_cache_bytes", "What they take up on disk", number(now.cache.bytes));
    families.gauge("branchline_cache_limit_bytes", "cache/max-size-mb of the configuration", number(now.cache_limit));
}

// One family at a time, as the format wants it.
void add_clusters(Families& families, const std::vector<ClusterStatus>& clusters) {
    const auto label = [](const ClusterStatus& cluster) { return Labels{{"cluster", cluster.id}}; };
    const auto each_server = [&](const std::string& name, const std::string& help, const auto& value_of) {
        families.begin(name, help, MetricType::Gauge);
        for (const auto& cluster : clusters) {
            for (const auto& server : cluster.servers) {
                families.value(value_of(server), {{"cluster", cluster.id},
                                                  {"server", host_and_port(server.server.address, server.server.tftp_port)}});
            }
        }
    };
    families.begin("branchline_cluster_up", "1 while at least one server of the cluster answers", MetricType::Gauge);
    for (const auto& cluster : clusters) {
        const auto up =
            std::any_of(cluster.servers.begin(), cluster.servers.end(), [](const auto& server) { return server.up; });
        families.value(up ? 1 : 0, label(cluster));
    }
    each_server("branchline_server_up", "0 from the moment a server did not answer until a probe finds it again",
                [](const ServerStatus& server) { return server.up ? 1.0 : 0.0; });
    each_server("branchline_server_failures", "How often in a row a server did not answer",
                [](const ServerStatus& server) { return static_cast<double>(server.failures); });

    families.begin("branchline_cluster_fetches_total", "Fetches from a cluster by how they ended", MetricType::Counter);
    for (const auto& cluster : clusters) {
        for (const auto& [result, count] :
             {std::pair("complete", cluster.traffic.complete), std::pair("not_found", cluster.traffic.not_found),
              std::pair("unreachable", cluster.traffic.unreachable), std::pair("broken", cluster.traffic.broken)}) {
            families.value(number(count), {{"cluster", cluster.id}, {"result", result}});
        }
    }
    families.begin("branchline_cluster_bytes_total", "Bytes received from a cluster", MetricType::Counter);
    for (const auto& cluster : clusters) {
        families.value(number(cluster.traffic.bytes), label(cluster));
    }
    families.begin("branchline_cluster_answer_seconds", "How long a cluster took until it had the file or said that it has not",
                   MetricType::Histogram);
    for (const auto& cluster : clusters) {
        families.histogram(cluster.traffic.answer_times, label(cluster));
    }
}

// Under the names that Prometheus's own client libraries give them, so that ready-made dashboards find them.
void add_process(Families& families) {
    const auto process = process_figures();
    families.gauge("process_start_time_seconds", "When the process was started, in seconds since 1970", process.started);
    families.counter("process_cpu_seconds_total", "Processor time used", process.cpu_seconds);
    families.gauge("process_resident_memory_bytes", "Memory in use", number(process.resident_bytes));
    families.gauge("process_open_fds", "Open descriptors", number(process.open_descriptors));
    families.gauge("process_max_fds", "How many there may be", number(process.descriptor_limit));
}

}  // namespace

std::string metric_name_of_counter(std::string_view counter) {
    auto name = "branchline_" + std::string(counter) + "_total";
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

std::string metrics_text(const MetricsSnapshot& snapshot) {
    Families families;
    add_state(families, snapshot);
    add_counters(families);
    add_clusters(families, snapshot.clusters);
    add_process(families);
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, families.all());
    return text.str();
}

}  // namespace branchline
