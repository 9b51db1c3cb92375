// How long to wait for a peer before sending again: measured, not fixed, as RFC 1123 4.2.3.2 demands. The estimator is RFC
// 6298's (smoothed round trip + 4 times its variation); samples of packets that were sent twice are not taken (Karn).
#pragma once

#include "tftpd/base/clock.h"

#include <chrono>

namespace branchline::tftp {

struct RoundTripLimits {
    Duration initial = std::chrono::milliseconds(1000);  ///< before the first sample
    Duration floor = std::chrono::milliseconds(100);     ///< phones that write flash can be slow for a moment
    Duration ceiling = std::chrono::seconds(8);
};

class RoundTrip {
public:
    explicit RoundTrip(const RoundTripLimits& limits = {}) : limits_(limits) {}

    /// Takes the time between a packet that was sent once and its answer.
    void sample(Duration elapsed);

    /// How long to wait after the `resends`-th sending of one packet (0 = the first): doubles with each, up to the ceiling.
    [[nodiscard]] Duration wait(unsigned resends) const;

    [[nodiscard]] bool measured() const { return measured_; }
    [[nodiscard]] Duration smoothed() const { return smoothed_; }

private:
    RoundTripLimits limits_;
    bool measured_ = false;
    Duration smoothed_{};
    Duration variation_{};
};

}  // namespace branchline::tftp
