// What the rules of the configuration must know of the machine they are checked on: its addresses (a remote server that is
// our own listener would be a loop) and the directory where Kea allows sockets. A value, so that the checks themselves ask the
// system nothing.
#pragma once

#include "tftpd/config/config.h"

#include <filesystem>
#include <vector>

namespace branchline {

struct Machine {
    std::vector<IpAddress> addresses;                     ///< of all interfaces, IPv4 and IPv6, without scope identifiers
    std::filesystem::path socket_directory = "/run/kea";  ///< KEA_CONTROL_SOCKET_DIR, if that is set

    /// One of its addresses, or a loopback address, also when written IPv4-mapped.
    [[nodiscard]] bool has(const IpAddress& address) const;
};

/// The one we run on, now. Addresses that cannot be read count as none.
Machine this_machine();

}  // namespace branchline
