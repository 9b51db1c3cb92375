// What the helper thread knows about the world outside the packet: which addresses our interfaces have now, and which servers
// the daemon reports down. Immutable once published; packet threads look things up and pick, nothing more.
//
// Which of an interface's addresses "auto" means, best first:
//   1. one inside the phone's subnet (it needs no router, and with IPv6 it is of the phone's own kind)
//   2. IPv6: one of the same kind as the subnet, unique local or global
//   3. the order of the list: not deprecated, IPv6 global before unique local, IPv4 primary before secondary, configured before
//      autoconfigured, then the lowest address — the same order after every restart
// Never: tentative or duplicate addresses (RFC 4862 5.4), temporary ones (RFC 8981, they change), link-local IPv6 (the phone
// would need a scope), loopback. IPv4 link-local (RFC 3927) only when there is nothing else.
#pragma once

#include "kea-hooks/address.h"

#include <unordered_map>
#include <vector>

namespace branchline::hook {

/// One address of an interface, as the kernel describes it (rtnetlink(7), ifaddrmsg).
struct InterfaceAddress {
    Address address;
    bool secondary = false;   ///< IPv4
    bool deprecated = false;  ///< IPv6: preferred lifetime over
    bool permanent = false;   ///< configured, not autoconfigured
};

struct InterfaceAddresses {
    std::vector<InterfaceAddress> v4;
    std::vector<InterfaceAddress> v6;
};

/// Interface index → its usable addresses, each list in the order of rule 3.
using InterfaceMap = std::unordered_map<int, InterfaceAddresses>;

/// Sorts both lists by rule 3.
void put_in_order(InterfaceAddresses& addresses);

struct Surroundings {
    InterfaceMap interfaces;
    std::vector<Address> down;  ///< sorted: servers that the daemon reports down
    bool self_down = false;     ///< our own daemon is reported down, or has stopped writing its table
    bool table_seen = false;    ///< the daemon has written a table at all; without one nothing is withdrawn

    /// What "auto" is for a packet that came in on `interface`, or an empty address. `packet_address` is where the packet was
    /// sent to, when known: it wins inside rule 3 if the interface still has it.
    [[nodiscard]] Address own_address(int interface, Family family, const Prefix& subnet, const Address& packet_address) const;

    [[nodiscard]] bool is_own(const Address& address) const;   ///< on any interface
    [[nodiscard]] bool is_down(const Address& address) const;  ///< false for everything while no table was seen
};

}  // namespace branchline::hook
