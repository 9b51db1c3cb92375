// What each cluster was asked and how it answered, for the metrics: counts and the time until it said something. Listens in on
// the events of fetches; changes nothing about them. For one thread, that of the fetches.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/base/histogram.h"
#include "tftpd/upstream/cluster_fetch.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace branchline {

/// Since the start of the daemon, or since the cluster was configured.
struct ClusterTraffic {
    std::uint64_t complete = 0;      ///< fetches that brought the file
    std::uint64_t not_found = 0;     ///< that the cluster answered with "not found"
    std::uint64_t unreachable = 0;   ///< that nobody answered
    std::uint64_t broken = 0;        ///< that brought something, and not the whole file
    std::uint64_t bytes = 0;         ///< received
    HistogramValues answer_times{};  ///< until the cluster had the file or said that it has not
};

class ClusterTrafficTable {
public:
    /// `events` as they are, and counted for `cluster`. The fetch begins now; `now` tells the time.
    FetchEvents counted(const std::string& cluster, FetchEvents events, std::function<TimePoint()> now);

    [[nodiscard]] ClusterTraffic of(const std::string& cluster) const;  ///< zeros if it was never asked
    void keep_only(const std::set<std::string>& clusters);

private:
    struct Entry {
        ClusterTraffic counts;
        Histogram answer_times;
    };
    std::map<std::string, std::shared_ptr<Entry>> entries_;  // shared with the fetches under way
};

}  // namespace branchline
