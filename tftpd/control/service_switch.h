// Stops and starts serving phones while the daemon itself runs on, for tftp-service-stop and -start. A stop takes no new
// request at once and gives those under way a time; what is left then is cut off.
//
//   serving --stop--> stopping --all ended, or the time is over--> stopped --start--> serving
//      ^------------------start--------------------/   (what was still under way goes on to its end)
//
// Belongs to one thread, and never waits for a transfer. A restart of the daemon serves again.
#pragma once

#include "tftpd/base/clock.h"

#include <chrono>
#include <cstddef>
#include <optional>

namespace branchline {
class TftpServer;
class HttpFileService;

class ServiceSwitch {
public:
    enum class State { serving, stopping, stopped };

    /// Both outlive this.
    ServiceSwitch(TftpServer& tftp, HttpFileService& http) : tftp_(tftp), http_(http) {}

    /// Again while stopping: the new limit holds.
    void stop(std::chrono::seconds limit, TimePoint now);
    /// Throws ConfigError if a port cannot be had; stopped then.
    void start();
    /// To be called about once a second: ends a stop whose time is over.
    void tick(TimePoint now);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] std::size_t under_way() const;                                       ///< transfers and connections
    [[nodiscard]] std::optional<std::chrono::seconds> time_left(TimePoint now) const;  ///< while stopping
    [[nodiscard]] std::size_t cut_off() const { return cut_off_; }                     ///< by the last stop

private:
    TftpServer& tftp_;
    HttpFileService& http_;
    State state_ = State::serving;
    TimePoint until_{};
    std::size_t cut_off_ = 0;
};

}  // namespace branchline
