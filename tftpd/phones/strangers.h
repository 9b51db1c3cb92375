// DHCP servers on the phones' network that are none of ours, as the hook tells of them: a phone chose one, or one answered.
// Each is told of once an hour, and no more than `most` are, so that forged ones fill neither memory nor log. Time is an
// argument. Safe to use from several threads.
#pragma once

#include "tftpd/base/clock.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace branchline {

struct Stranger {
    std::string server;  ///< its address
    std::string phone;   ///< that chose it last; empty: it was heard itself
    TimePoint told{};
    TimePoint seen{};
};

class Strangers {
public:
    static constexpr std::size_t most = 64;
    static constexpr std::chrono::hours told_every{1};
    static constexpr std::chrono::hours remembered{24};

    /// Whether it is to be told of now.
    bool seen(const std::string& server, const std::string& phone, TimePoint now) {
        const std::lock_guard lock(mutex_);
        std::erase_if(known_, [now](const Stranger& one) { return now - one.seen >= remembered; });
        const auto known =
            std::find_if(known_.begin(), known_.end(), [&](const Stranger& one) { return one.server == server; });
        if (known == known_.end()) {
            if (known_.size() == most) {
                return false;
            }
            known_.push_back({server, phone, now, now});
            return true;
        }
        known->seen = now;
        known->phone = phone.empty() ? known->phone : phone;
        const bool again = now - known->told >= told_every;
        known->told = again ? now : known->told;
        return again;
    }

    /// Those of the last day.
    [[nodiscard]] std::vector<Stranger> all(TimePoint now) const {
        const std::lock_guard lock(mutex_);
        auto recent = known_;
        std::erase_if(recent, [now](const Stranger& one) { return now - one.seen >= remembered; });
        return recent;
    }

private:
    mutable std::mutex mutex_;
    std::vector<Stranger> known_;
};

}  // namespace branchline
