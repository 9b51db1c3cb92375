// Which phone has which address, as the DHCP servers' hook tells it: one entry a MAC, with its IPv4 and its IPv6 address. Lost
// events leave it out of date, so it is knowledge, not truth. What a phone says of itself (INFORM, Information-request) is kept
// only where it takes no lease's place: anybody may say it.
//
// Bounded: when full, the phone not heard of for longest goes. Time is an argument. Safe to use from several threads.
#pragma once

#include "tftpd/api/lease_event.h"
#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/phones/mac_address.h"

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>

namespace branchline {

/// One address of a phone. Empty: none that is known, or it was given back.
struct PhoneAddress {
    std::string text;
    TimePoint heard{};           ///< when the hook last said so
    std::uint32_t lifetime = 0;  ///< seconds from then; 0 = not known
    bool leased = false;         ///< by our DHCP server; false: the phone said that it has the address
    std::uint32_t subnet = 0;    ///< Kea's subnet-id
};

struct PhoneLease {
    MacAddress mac{};
    PhoneAddress v4;
    PhoneAddress v6;
    std::string vendor_class;
    api::LeaseEvent::Kind last = api::LeaseEvent::Kind::seen;
    TimePoint last_heard{};
};

class LeaseTable {
public:
    static constexpr std::size_t default_capacity = 16384;  ///< phones

    explicit LeaseTable(std::size_t capacity = default_capacity) : capacity_(capacity) {}

    /// An event without a MAC is passed over: there is nothing to tie it to. False then. An address that is none of the event's
    /// family is passed over, too.
    bool update(const api::LeaseEvent& event, TimePoint now);

    [[nodiscard]] std::optional<PhoneLease> find(const MacAddress& mac) const;
    /// The phone that the address was last leased to.
    [[nodiscard]] std::optional<PhoneLease> find_address(const std::string& address) const;
    /// The same, the MAC alone.
    [[nodiscard]] std::optional<MacAddress> holder_of(const std::string& address) const;
    /// The one with a lease of that address that has not run out. What a phone only says of itself does not count.
    [[nodiscard]] std::optional<MacAddress> leased_to(const std::string& address, TimePoint now) const;
    /// Its digits; empty if there is none. An IPv4 address may come as an IPv6 one (::ffff:10.0.0.1).
    [[nodiscard]] std::string device_with(const IpAddress& address, TimePoint now) const;
    [[nodiscard]] std::size_t size() const;
    /// How many leases there are in each subnet, which is named by family (4, 6) and Kea's subnet-id.
    [[nodiscard]] std::map<std::pair<unsigned, std::uint32_t>, std::size_t> leases_by_subnet(TimePoint now) const;

private:
    using Entries = std::list<PhoneLease>;  ///< the one heard of last in front

    Entries::iterator entry_of(const MacAddress& mac);
    void forget_address(Entries::iterator entry, PhoneAddress& address);

    const std::size_t capacity_;
    mutable std::shared_mutex mutex_;
    Entries entries_;
    std::map<MacAddress, Entries::iterator> by_mac_;
    std::map<std::string, Entries::iterator, std::less<>> by_address_;
};

}  // namespace branchline
