// A device's files go to the address that was leased to the device, and to nobody else: a phone's configuration carries
// passwords, and its name is no secret. The leases are those of the DHCP servers beside us (phones/lease_table.h), IPv4 and
// IPv6, given directly or through relays; "device-binding-allow" lets others through.
//
// It is as good as the leases are: who can take another's MAC address in DHCP is that phone, as far as anybody can tell.
// Switches keep that apart (port security, DHCP snooping), we cannot.
//
// May be used by several threads; time is an argument.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/phones/lease_table.h"
#include "tftpd/resolve/rate_limit.h"
#include "tftpd/store/lru_map.h"

#include <chrono>
#include <mutex>
#include <string>

namespace branchline {

class BindingCheck {
public:
    static constexpr std::chrono::minutes line_every{10};  ///< about one address
    static constexpr std::size_t max_clients = 8192;       ///< remembered; who was told of longest ago is forgotten
    static constexpr int line_burst = 20;                  ///< addresses that are told of at once
    static constexpr std::chrono::seconds next_line{10};

    /// `leases` outlives it.
    explicit BindingCheck(const LeaseTable& leases) : leases_(leases) {}

    struct Ruling {
        bool foreign = false;   ///< the file is another's
        bool first = false;     ///< and no line was written about that address for `line_every`: it is its turn now
        std::string leased_to;  ///< whose the address is, as text; empty if nothing is known of it
    };
    /// May `client` have the file with the key `key`, which names a device? "device-binding" itself is not looked at.
    [[nodiscard]] Ruling judge(const IpAddress& client, const std::string& key, const BindingAllowed& allowed, TimePoint now);

    /// Is any lease known? Without one there is nothing to compare with.
    [[nodiscard]] bool knows_leases() const { return leases_.size() > 0; }

private:
    const LeaseTable& leases_;
    std::mutex mutex_;  ///< taken only when a foreign file was asked
    LruMap<IpAddress, TimePoint> told_{max_clients};
    RateLimit lines_{1.0 / next_line.count(), line_burst};  ///< who finds no room has its line with a later question
};

}  // namespace branchline
