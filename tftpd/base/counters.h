// What the daemon counts. Every counter has one name, used alike by statistic-get-all, the metrics and the documentation.
// Adding is wait-free and may be done from any thread; reading gives each counter by itself, not one instant of all.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

namespace branchline {

// clang-format off
// X(enumerator, "name in statistic-get-all", "what is counted")
#define BRANCHLINE_COUNTERS(X) \
    X(tftp_requests, "tftp-requests", "Read requests taken") \
    X(tftp_done, "tftp-transfers-completed", "Transfers that ended with the last ACK") \
    X(tftp_failed, "tftp-transfers-failed", "Transfers that ended before their end, and requests given up") \
    X(tftp_bytes, "tftp-bytes-sent", "Bytes of files that phones have acknowledged") \
    X(tftp_blocks, "tftp-blocks-sent", "DATA packets that phones have acknowledged") \
    X(tftp_resent, "tftp-blocks-resent", "DATA and OACK packets sent again") \
    X(tftp_not_found, "tftp-not-found", "Requests for files that nobody has") \
    X(tftp_refused, "tftp-refused", "Requests that break a rule: writing, unsafe names, unknown modes") \
    X(tftp_limited, "tftp-refused-by-limit", "Requests that got no answer because a limit was reached") \
    X(tftp_joined, "tftp-requests-joined", "Requests sent again while the first was being answered") \
    X(tftp_stale, "tftp-requests-stale", "Requests that were too old to answer") \
    X(tftp_malformed, "tftp-packets-malformed", "Packets that are no TFTP") \
    X(tftp_foreign_tid, "tftp-packets-foreign-tid", "Packets that belong to no transfer") \
    X(tftp_kernel_drops, "tftp-packets-dropped-by-kernel", "Packets that the kernel dropped because nobody took them in time") \
    X(http_requests, "http-requests", "HTTP requests taken") \
    X(http_done, "http-completed", "Files sent whole by HTTP") \
    X(http_failed, "http-failed", "Files not sent to their end by HTTP") \
    X(http_not_found, "http-not-found", "HTTP requests for files that nobody has") \
    X(http_refused, "http-refused", "HTTP requests and connections refused") \
    X(http_bytes, "http-bytes-sent", "Bytes of files sent by HTTP") \
    X(tls_handshakes, "tls-handshakes", "TLS connections that came about") \
    X(tls_failed, "tls-handshakes-failed", "TLS connections that did not come about") \
    X(answers_files, "answers-from-files", "Names answered from own files") \
    X(answers_cache, "answers-from-cache", "Names answered from the cache") \
    X(answers_cluster, "answers-from-clusters", "Names answered by a remote cluster") \
    X(answers_stale, "answers-stale", "Names answered from the last good copy, because the owner could not be reached") \
    X(answers_negative, "answers-negative-remembered", "Names answered as not found from memory") \
    X(answers_loop, "answers-loop-rule", "Requests of other proxies, answered from here only") \
    X(device_names_refused, "device-names-refused", "Requests for too many devices' names by one client") \
    X(device_sweeps, "device-name-sweeps", "Clients that began to ask for too many devices' names") \
    X(binding_refused, "device-binding-refused", "Requests for files of a device that were refused because another has its address") \
    X(binding_foreign, "device-binding-foreign", "Requests for files of a device that would be refused under device-binding enforce") \
    X(prefetches, "prefetches-started", "Files fetched because their phone got a lease") \
    X(prefetches_left_out, "prefetches-left-out", "Files not fetched beforehand because the clusters had much to do") \
    X(answers_signed, "answers-signed", "Own files answered with a signature") \
    X(answers_stripped, "answers-stripped", "Own signed files answered without their envelope") \
    X(answers_lists, "answers-own-trust-lists", "Trust lists of our own given to phones of our own") \
    X(signatures, "signatures-made", "Files signed") \
    X(secure_refused, "secure-content-refused", "Files of secure clusters that were not passed on: not signed by their cluster") \
    X(owner_rivals, "names-in-two-clusters", "Device configurations found in a second cluster") \
    X(fetches, "fetches-started", "Fetches from remote clusters begun") \
    X(fetches_joined, "fetches-joined", "Requests that joined a fetch under way") \
    X(fetches_failed, "fetches-failed", "Fetches that ended without a file and without a clear not found") \
    X(fetch_bytes, "fetch-bytes-received", "Bytes received from remote clusters") \
    X(upstream_rejected, "upstream-replies-rejected", "Packets taken for no answer of the server that was asked") \
    X(cache_writes, "cache-writes", "Files written to the cache") \
    X(cache_write_errors, "cache-write-errors", "Files that could not be written to the cache") \
    X(cache_evictions, "cache-evictions", "Files that made room for others") \
    X(cache_corrupt, "cache-files-corrupt", "Files in the cache that were found damaged") \
    X(lease_events, "lease-events-received", "Events from the DHCP hook") \
    X(lease_events_bad, "lease-events-malformed", "Events that could not be read")
// clang-format on

enum class Counter : std::size_t {
#define BRANCHLINE_X(enumerator, name, meaning) enumerator,
    BRANCHLINE_COUNTERS(BRANCHLINE_X)
#undef BRANCHLINE_X
        count_
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Counter::count_)> counter_names{
#define BRANCHLINE_X(enumerator, name, meaning) name,
    BRANCHLINE_COUNTERS(BRANCHLINE_X)
#undef BRANCHLINE_X
};

/// What each counts, in words.
inline constexpr std::array<std::string_view, static_cast<std::size_t>(Counter::count_)> counter_meanings{
#define BRANCHLINE_X(enumerator, name, meaning) meaning,
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
