#include "tftpd/tftp/round_trip.h"

#include <algorithm>

namespace branchline::tftp {
namespace {

constexpr Duration scheduling_slack = std::chrono::milliseconds(2);  // what a busy machine adds to an answer

}  // namespace

void RoundTrip::sample(Duration elapsed) {
    elapsed = std::clamp(elapsed, Duration::zero(), limits_.ceiling);
    if (samples_ == 0) {
        // RFC 6298 section 2.2.
        smoothed_ = elapsed;
        variation_ = elapsed / 2;
    } else {
        // RFC 6298 section 2.3, alpha 1/8 and beta 1/4.
        const auto off = smoothed_ > elapsed ? smoothed_ - elapsed : elapsed - smoothed_;
        variation_ += (off - variation_) / 4;
        smoothed_ += (elapsed - smoothed_) / 8;
    }
    samples_ = std::min(samples_ + 1, settled_samples);
}

Duration RoundTrip::wait(unsigned resends) const {
    auto wait = limits_.initial;
    if (measured()) {
        const auto floor = samples_ < settled_samples ? limits_.floor : std::min(limits_.settled_floor, limits_.floor);
        wait = std::max(std::min(smoothed_ + 4 * variation_, limits_.first_ceiling), floor);
    }
    for (; resends > 0 && wait < limits_.ceiling; --resends) {
        wait *= 2;
    }
    return std::min(wait, limits_.ceiling);
}

bool RoundTrip::fits(Duration elapsed) const {
    return measured() && elapsed >= smoothed_ / 2 && elapsed <= smoothed_ + 4 * variation_ + scheduling_slack;
}

}  // namespace branchline::tftp
