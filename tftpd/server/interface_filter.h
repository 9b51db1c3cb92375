// Which packets belong to us: those that came in on a configured interface, or to a configured address. Listeners bind to the
// wildcard addresses, always, so that an address may come, go or be tentative; this decides by what the packet says. Shared
// by UDP (address and interface from PKTINFO) and TCP (the accepted connection's own address).
#pragma once

#include "tftpd/config/config.h"

#include <cstdint>
#include <string>
#include <vector>

namespace branchline {

class InterfaceFilter {
public:
    explicit InterfaceFilter(const std::vector<std::string>& interfaces);

    /// `interface_index` is the kernel's; 0 = unknown, then the interface that has `local` is looked up.
    [[nodiscard]] bool accepts(const IpAddress& local, unsigned interface_index) const;

    /// Has the machine, now, an address that phones could ask and that is ours by this filter? Loopback counts only if it was
    /// named, a link-local IPv6 address never: no phone is told one.
    [[nodiscard]] bool has_address() const;

private:
    bool all_ = false;
    std::vector<IpAddress> addresses_;
    std::vector<std::string> names_;
};

}  // namespace branchline
