// How much the daemon had to do, for the console's plots: what the counters gained from one look to the next, for the last half
// hour. Values in, JSON out; the clock is the caller's.
//
//   {"all": true, "samples": [ {"at": ms since 1970, "ms": since the look before, "transfers", "connections", COUNTER…}, … ]}
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/base/counters.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace branchline {

/// What phones have open at this moment.
struct UnderWay {
    std::size_t transfers = 0;    ///< by TFTP
    std::size_t connections = 0;  ///< by HTTP
};

class LoadHistory {
public:
    static constexpr std::size_t max_samples = 900;  ///< half an hour, with a look every two seconds

    /// The first look is what the next one is compared with. `wall` is for the axis alone.
    void look(const Counters& counted, const UnderWay& open, TimePoint now, std::chrono::system_clock::time_point wall);

    [[nodiscard]] std::string everything() const;
    /// The newest sample alone, without "all"; "" = there is none yet.
    [[nodiscard]] std::string change() const;

    static constexpr std::array watched{Counter::tftp_requests, Counter::http_requests, Counter::tftp_bytes,
                                        Counter::http_bytes,    Counter::fetch_bytes,   Counter::tftp_blocks,
                                        Counter::tftp_resent};

private:
    struct Before {
        TimePoint at{};
        std::array<std::uint64_t, watched.size()> values{};
    };
    std::optional<Before> before_;
    std::deque<std::string> samples_;  // as JSON
};

}  // namespace branchline
