// What the hook counts. Packet threads add to plain atomics; the helper thread carries the growth over to Kea's statistics
// (statistic-get "branchline.…") once a second, because Kea's manager takes a lock that all workers would share.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace branchline::hook {

// X(enumerator, "name")
#define BRANCHLINE_HOOK_COUNTERS(X)             \
    X(option_150_sent, "option-150-sent")       \
    X(suboption_1_sent, "suboption-1-sent")     \
    X(alternatives_sent, "alternatives-sent")   \
    X(not_a_phone, "not-a-phone")               \
    X(no_server, "no-server")                   \
    X(dead_withdrawn, "dead-withdrawn")         \
    X(events_sent, "events-sent")               \
    X(events_dropped, "events-dropped")         \
    X(leases_told, "leases-told")               \
    X(foreign_dhcp_heard, "foreign-dhcp-heard") \
    X(errors, "errors")                         \
    X(configuration_errors, "configuration-errors")

enum class HookCounter : std::size_t {
#define BRANCHLINE_X(enumerator, name) enumerator,
    BRANCHLINE_HOOK_COUNTERS(BRANCHLINE_X)
#undef BRANCHLINE_X
        count_
};

inline constexpr std::size_t hook_counter_count = static_cast<std::size_t>(HookCounter::count_);
inline constexpr std::array<std::string_view, hook_counter_count> hook_counter_names{
#define BRANCHLINE_X(enumerator, name) name,
    BRANCHLINE_HOOK_COUNTERS(BRANCHLINE_X)
#undef BRANCHLINE_X
};

class Statistics {
public:
    void add(HookCounter which) { at(which).fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t get(HookCounter which) const {
        return values_[static_cast<std::size_t>(which)].load(std::memory_order_relaxed);
    }

    /// Makes the names known to Kea, at 0 unless they are there from before a reload.
    static void announce();
    /// Adds what grew since the last call to Kea's statistics. One thread at a time.
    void carry_over();

private:
    std::atomic<std::int64_t>& at(HookCounter which) { return values_[static_cast<std::size_t>(which)]; }

    std::array<std::atomic<std::int64_t>, hook_counter_count> values_{};
    std::array<std::int64_t, hook_counter_count> carried_{};
};

}  // namespace branchline::hook
