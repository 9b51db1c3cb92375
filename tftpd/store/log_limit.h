// Lets one log line through in ten seconds, so that a full disk or a hostile phone does not fill the log as well (T19). Safe to
// use from any thread.
#pragma once

#include "tftpd/base/clock.h"

#include <atomic>
#include <chrono>

namespace branchline {

class LogLimit {
public:
    static constexpr std::chrono::seconds interval{10};

    /// May a line be written now? If so, none may for the next interval.
    bool pass(TimePoint now = Clock::now()) {
        auto next = next_.load(std::memory_order_relaxed);
        const auto ticks = now.time_since_epoch().count();
        return ticks >= next && next_.compare_exchange_strong(next, (now + interval).time_since_epoch().count());
    }

private:
    std::atomic<Duration::rep> next_{0};
};

}  // namespace branchline
