// Who may ask for device files without a lease that this machine knows of. An address, or all of a prefix: phones with static
// addresses, phones behind a router that translates; every device's files may be asked for from there. A MAC address: that
// device's files may be asked for from everywhere.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace branchline {

/// The leading bits of an address.
struct AddressPrefix {
    boost::asio::ip::address network;  ///< the bits that do not count are zero
    unsigned length = 0;               ///< bits; 0..32 or 0..128
    bool operator==(const AddressPrefix&) const = default;

    /// The prefix of that length that `one` is in.
    static AddressPrefix of(const boost::asio::ip::address& one, unsigned length);
    /// An IPv4-mapped IPv6 address counts as its IPv4 address.
    [[nodiscard]] bool contains(const boost::asio::ip::address& one) const;
    [[nodiscard]] bool is_one_address() const { return length == (network.is_v4() ? 32U : 128U); }
};

/// "192.0.2.0/24"; one address alone is without its length.
std::string to_text(const AddressPrefix& prefix);

struct BindingAllowed {
    std::vector<AddressPrefix> prefixes;
    std::set<std::string, std::less<>> devices;  ///< MAC addresses as 12 hexadecimal digits in lower case

    [[nodiscard]] bool address(const boost::asio::ip::address& one) const;
    [[nodiscard]] bool device(std::string_view digits) const { return devices.contains(digits); }
};

}  // namespace branchline
