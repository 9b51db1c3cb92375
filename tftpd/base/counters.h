// What the daemon counts. Every counter has one name, used alike by statistic-get-all, the metrics and the documentation.
// Adding is wait-free and may be done from any thread; reading gives each counter by itself, not one instant of all.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

namespace branchline {

// X(enumerator, "name in statistic-get-all")
#define BRANCHLINE_COUNTERS(X)                             \
    X(tftp_requests, "tftp-requests")                      \
    X(tftp_done, "tftp-transfers-completed")               \
    X(tftp_failed, "tftp-transfers-failed")                \
    X(tftp_bytes, "tftp-bytes-sent")                       \
    X(tftp_blocks, "tftp-blocks-sent")                     \
    X(tftp_resent, "tftp-blocks-resent")                   \
    X(tftp_not_found, "tftp-not-found")                    \
    X(tftp_refused, "tftp-refused")                        \
    X(tftp_limited, "tftp-refused-by-limit")               \
    X(tftp_joined, "tftp-requests-joined")                 \
    X(tftp_stale, "tftp-requests-stale")                   \
    X(tftp_malformed, "tftp-packets-malformed")            \
    X(tftp_foreign_tid, "tftp-packets-foreign-tid")        \
    X(tftp_kernel_drops, "tftp-packets-dropped-by-kernel") \
    X(http_requests, "http-requests")                      \
    X(http_done, "http-completed")                         \
    X(http_failed, "http-failed")                          \
    X(http_not_found, "http-not-found")                    \
    X(http_refused, "http-refused")                        \
    X(http_bytes, "http-bytes-sent")                       \
    X(answers_files, "answers-from-files")                 \
    X(answers_cache, "answers-from-cache")                 \
    X(answers_cluster, "answers-from-clusters")            \
    X(answers_stale, "answers-stale")                      \
    X(answers_negative, "answers-negative-remembered")     \
    X(answers_loop, "answers-loop-rule")                   \
    X(device_names_refused, "device-names-refused")        \
    X(owner_rivals, "names-in-two-clusters")               \
    X(fetches, "fetches-started")                          \
    X(fetches_joined, "fetches-joined")                    \
    X(fetches_failed, "fetches-failed")                    \
    X(fetch_bytes, "fetch-bytes-received")                 \
    X(upstream_rejected, "upstream-replies-rejected")      \
    X(cache_writes, "cache-writes")                        \
    X(cache_write_errors, "cache-write-errors")            \
    X(cache_evictions, "cache-evictions")                  \
    X(cache_corrupt, "cache-files-corrupt")                \
    X(lease_events, "lease-events-received")               \
    X(lease_events_bad, "lease-events-malformed")

enum class Counter : std::size_t {
#define BRANCHLINE_X(enumerator, name) enumerator,
    BRANCHLINE_COUNTERS(BRANCHLINE_X)
#undef BRANCHLINE_X
        count_
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Counter::count_)> counter_names{
#define BRANCHLINE_X(enumerator, name) name,
    BRANCHLINE_COUNTERS(BRANCHLINE_X)
#undef BRANCHLINE_X
};

/// The process's counters; the one global besides the log.
class Counters {
public:
    void add(Counter which, std::uint64_t amount = 1) {
        values_[static_cast<std::size_t>(which)].fetch_add(amount, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t get(Counter which) const {
        return values_[static_cast<std::size_t>(which)].load(std::memory_order_relaxed);
    }
    void reset() {
        for (auto& value : values_) {
            value.store(0, std::memory_order_relaxed);
        }
    }

private:
    std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Counter::count_)> values_{};
};

inline Counters counters;

}  // namespace branchline
