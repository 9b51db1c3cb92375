// How long to wait for a peer before sending again: measured, not fixed, as RFC 1123 4.2.3.2 demands. The estimator is RFC
// 6298's (smoothed round trip + 4 times its variation); samples of packets that were sent twice are not taken (Karn).
//
// Two floors, because lock-step over a lossy link pays the floor for every lost datagram: a peer of which little is known gets
// the careful one; after `settled_samples` the measured variation is trusted further down. A resend that was too early costs
// one datagram, no more: its duplicate ACK is not answered.
#pragma once

#include "tftpd/base/clock.h"

#include <chrono>

namespace branchline::tftp {

struct RoundTripLimits {
    Duration initial = std::chrono::milliseconds(1000);  ///< before the first sample
    Duration floor = std::chrono::milliseconds(100);     ///< phones that write flash can be slow for a moment
    Duration ceiling = std::chrono::seconds(8);
    Duration settled_floor = std::chrono::milliseconds(20);  ///< once the peer is well known; never above `floor`
    /// Most for the first wait once measured. It lies below the fixed timers of small clients (0.5 to 1 s): else an ACK that
    /// such a client repeats by its timer would be measured as a round trip, and losses would teach us to wait ever longer.
    Duration first_ceiling = std::chrono::milliseconds(400);
};

class RoundTrip {
public:
    static constexpr unsigned settled_samples = 8;  ///< samples that make a peer well known

    explicit RoundTrip(const RoundTripLimits& limits = {}) : limits_(limits) {}

    /// Takes the time between a packet that was sent once and its answer.
    void sample(Duration elapsed);

    /// How long to wait after the `resends`-th sending of one packet (0 = the first): doubles with each, up to the ceiling.
    [[nodiscard]] Duration wait(unsigned resends) const;

    /// Whether an answer `elapsed` after a resend fits what was measured, and so is likely to be the resend's: then the packet
    /// before was lost. Else it is a late answer to an earlier sending, and the wait was too short.
    [[nodiscard]] bool fits(Duration elapsed) const;

    [[nodiscard]] bool measured() const { return samples_ > 0; }
    [[nodiscard]] Duration smoothed() const { return smoothed_; }
    [[nodiscard]] const RoundTripLimits& limits() const { return limits_; }

private:
    RoundTripLimits limits_;
    unsigned samples_ = 0;  ///< counted up to settled_samples
    Duration smoothed_{};
    Duration variation_{};
};

}  // namespace branchline::tftp
