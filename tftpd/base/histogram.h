// How long things took: counts of durations up to fixed bounds, in the shape that Prometheus wants. Adding is wait-free and may
// be done from any thread; reading gives each count by itself, not one instant of all.
#pragma once

#include "tftpd/base/clock.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace branchline {

/// What a histogram holds at some moment.
struct HistogramValues {
    /// From a phone beside us to a firmware file over a slow link.
    static constexpr std::array bounds{
        std::chrono::milliseconds(5),     std::chrono::milliseconds(10),    std::chrono::milliseconds(25),
        std::chrono::milliseconds(50),    std::chrono::milliseconds(100),   std::chrono::milliseconds(250),
        std::chrono::milliseconds(500),   std::chrono::milliseconds(1000),  std::chrono::milliseconds(2500),
        std::chrono::milliseconds(5000),  std::chrono::milliseconds(10000), std::chrono::milliseconds(30000),
        std::chrono::milliseconds(120000)};

    std::array<std::uint64_t, bounds.size() + 1> counts{};  ///< of each step by itself; the last: longer than all bounds
    std::chrono::microseconds sum{};
};

class Histogram {
public:
    void add(Duration took) {
        std::size_t step = 0;
        while (step < HistogramValues::bounds.size() && took > HistogramValues::bounds[step]) {
            ++step;
        }
        counts_[step].fetch_add(1, std::memory_order_relaxed);
        sum_.fetch_add(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()),
                       std::memory_order_relaxed);
    }
    [[nodiscard]] HistogramValues values() const {
        HistogramValues values;
        for (std::size_t step = 0; step < counts_.size(); ++step) {
            values.counts[step] = counts_[step].load(std::memory_order_relaxed);
        }
        values.sum = std::chrono::microseconds(sum_.load(std::memory_order_relaxed));
        return values;
    }

private:
    std::array<std::atomic<std::uint64_t>, HistogramValues::bounds.size() + 1> counts_{};
    std::atomic<std::uint64_t> sum_{0};  ///< microseconds
};

/// Of TFTP transfers that ended well, from request to last ACK; beside the counters the one global.
inline Histogram tftp_transfer_times;

}  // namespace branchline
