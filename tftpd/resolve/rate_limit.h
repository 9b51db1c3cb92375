// How much may happen in a second: a bucket of tokens, filled at a steady rate. Bounds what strangers can make the appliance
// ask of the clusters (T10) and write into the log (T19); a branch that boots finds the bucket full. Pure: time is an argument.
#pragma once

#include "tftpd/base/clock.h"

#include <algorithm>

namespace branchline {

class RateLimit {
public:
    /// Starts full. `per_second` tokens come in, up to `burst`.
    RateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst), tokens_(burst) {}

    /// Takes `tokens` if there is at least one; the bucket may go below zero for the rest.
    [[nodiscard]] bool take(std::size_t tokens, TimePoint now) {
        refill(now);
        if (tokens_ < 1) {
            return false;
        }
        tokens_ -= static_cast<double>(tokens);
        return true;
    }

    /// Is at least half of the burst left? For what may as well be done another time.
    [[nodiscard]] bool roomy(TimePoint now) {
        refill(now);
        return tokens_ >= burst_ / 2;
    }

    /// Takes in any case: for what follows of something that has begun and must not be left hanging.
    void owe(std::size_t tokens) { tokens_ -= static_cast<double>(tokens); }

    /// When there is a token again, as seen by the last take().
    [[nodiscard]] TimePoint next() const {
        const std::chrono::duration<double> wait(std::max(0.0, 1 - tokens_) / per_second_);
        return last_ + std::chrono::ceil<std::chrono::milliseconds>(wait);
    }

private:
    void refill(TimePoint now) {
        if (now <= last_) {
            return;
        }
        const std::chrono::duration<double> passed = now - last_;
        tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
        last_ = now;
    }

    double per_second_;
    double burst_;
    double tokens_;
    TimePoint last_{};
};

}  // namespace branchline
