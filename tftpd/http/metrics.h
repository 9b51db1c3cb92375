// What the daemon counts and how it is, as Prometheus reads it (text format 0.0.4). Counters have the names that
// statistic-get-all has, as in branchline_tftp_requests_total. Labels are clusters and servers of the configuration, never
// phones or files: their number must not grow with what strangers send.
#pragma once

#include "tftpd/resolve/resolver.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace branchline {

/// What is so at this moment; what is counted (counters.h, histogram.h) is read where it is.
struct MetricsSnapshot {
    std::string version;
    bool serving = false;
    bool reload_refused = false;  ///< the last new configuration was not taken
    std::chrono::seconds since_reload{};
    std::uint64_t tftp_transfers = 0;
    std::uint64_t tftp_transfer_limit = 0;
    std::uint64_t http_connections = 0;
    std::uint64_t phones_known = 0;  ///< of which the hook has told an address
    CacheTotals cache;
    std::uint64_t cache_limit = 0;  ///< bytes
    std::vector<ClusterStatus> clusters;
};

inline constexpr char metrics_content_type[] = "text/plain; version=0.0.4; charset=utf-8";

std::string metrics_text(const MetricsSnapshot& snapshot);

/// A counter's name in statistic-get-all as Prometheus's.
std::string metric_name_of_counter(std::string_view counter);

}  // namespace branchline
