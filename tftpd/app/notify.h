// Tells the service manager how far we are (systemd's Type=notify-reload and WatchdogSec=): one datagram a message, to the
// socket that NOTIFY_SOCKET names. Does nothing when started by hand.
//
// Not by libsystemd: what is needed of it is this one datagram, whose form sd_notify(3) promises to keep and describes so that
// programs do without the library.
#pragma once

#include "tftpd/base/clock.h"

#include <string>
#include <string_view>

namespace branchline {

class ServiceManager {
public:
    ServiceManager();  ///< reads the environment: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID

    // `status` is a line for "systemctl status". Failures are nobody's business: the service manager has its own time limits.
    void ready(const std::string& status);  ///< at the start, and after each reloading()
    void reloading(TimePoint now);          ///< from now on, until ready(); on Linux the steady clock is the one systemd wants
    void stopping(const std::string& status);   ///< from now on, for good
    void status_is(const std::string& status);  ///< said only if it has changed
    void alive();                               ///< for its watchdog, if it has one

private:
    void tell(std::string_view message) const;

    std::string socket_{};  ///< '\0' in front = Linux's abstract namespace; empty = nobody listens
    bool watched_ = false;
    std::string status_{};
};

}  // namespace branchline
