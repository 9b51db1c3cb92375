// How fast one cluster may be fetched from: "rate-limit-kbps". Bytes that have arrived are a debt that is paid at the rate; a
// fetch that may wait reads on, or acknowledges, when the debt is paid. Shared by all fetches from the cluster, so that
// together they keep to the rate. Small files (a phone's configuration) only add to the debt and never wait.
//
// Pure: time is an argument. Used on one thread.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace branchline {

class RateBucket {
public:
    /// `kbps`: 1000 bit/s; at least 1.
    explicit RateBucket(std::uint32_t kbps) : bytes_per_second_(kbps * 125.0) {}

    void took(std::uint64_t bytes, TimePoint now) {
        const std::chrono::duration<double> cost(static_cast<double>(bytes) / bytes_per_second_);
        free_at_ = std::max(free_at_, now) + std::chrono::duration_cast<Duration>(cost);
    }
    /// When the debt is paid; in the past if there is none.
    [[nodiscard]] TimePoint free_at() const { return free_at_; }

    /// What arrives in so long a time, at the rate.
    [[nodiscard]] std::size_t bytes_in(Duration time) const {
        return static_cast<std::size_t>(bytes_per_second_ * std::chrono::duration<double>(time).count());
    }

private:
    double bytes_per_second_;
    TimePoint free_at_{};
};

/// One bucket for each cluster that has a limit.
class RateTable {
public:
    /// nullptr: no limit. Made anew when the limit is another.
    [[nodiscard]] std::shared_ptr<RateBucket> of(const Cluster& cluster) {
        if (cluster.rate_limit_kbps == 0) {
            return nullptr;
        }
        auto& entry = buckets_[cluster.id];
        if (!entry.bucket || entry.kbps != cluster.rate_limit_kbps) {
            entry = {cluster.rate_limit_kbps, std::make_shared<RateBucket>(cluster.rate_limit_kbps)};
        }
        return entry.bucket;
    }
    void keep_only(const std::vector<Cluster>& clusters) {
        std::erase_if(buckets_, [&](const auto& entry) {
            return std::none_of(clusters.begin(), clusters.end(), [&](const Cluster& one) { return one.id == entry.first; });
        });
    }

private:
    struct Entry {
        std::uint32_t kbps = 0;
        std::shared_ptr<RateBucket> bucket;
    };
    std::map<std::string, Entry> buckets_;
};

}  // namespace branchline
