// How many log lines may be written: a bucket that holds `burst` and is refilled with `per_second`. What does not fit is
// counted, and a line that fits tells how many were left out (threats.md T19), once in ten seconds: telling it with each would
// double the flood. Pure: time is an argument. May be used by
// several threads.
#pragma once

#include "tftpd/base/clock.h"

#include <cstdint>
#include <mutex>
#include <optional>

namespace branchline {

class LineBudget {
public:
    LineBudget(unsigned burst, unsigned per_second) : burst_(burst), per_second_(per_second), left_(burst) {}

    static constexpr std::chrono::seconds told_every{10};

    /// Nothing = leave the line out. Else write it; the number, if not 0, is how many were left out and have not been told.
    [[nodiscard]] std::optional<std::uint64_t> take(TimePoint now);

private:
    const unsigned burst_;
    const unsigned per_second_;
    std::mutex mutex_;
    double left_;  ///< lines
    TimePoint refilled_{};
    std::uint64_t left_out_ = 0;
    TimePoint told_{};
};

}  // namespace branchline
