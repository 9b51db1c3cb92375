// Where Kea's types meet the hook: the callouts' arguments with the exact types that Kea 2.6 puts in them, and looks at a
// packet's options that neither copy nor change it.
//
// Kea 3 passes subnets as ConstSubnet4Ptr; getArgument() with another type throws at run time, not at compile time. So every
// type is named here and nowhere else.
//
// Inside a callout getOption() replaces the packet's option by a copy of it (Pkt::copy_retrieved_options_); looking at a query
// through options_ leaves it alone and costs nothing.
#pragma once

#include "kea-hooks/address.h"
#include "tftpd/base/bytes.h"

#include <config.h>

#include <boost/asio/ip/address.hpp>

#include <dhcp/option.h>
#include <dhcp/pkt4.h>
#include <dhcp/pkt6.h>
#include <dhcpsrv/lease.h>
#include <dhcpsrv/subnet.h>
#include <hooks/callout_handle.h>

namespace branchline::hook {

using Packet4 = isc::dhcp::Pkt4Ptr;
using Packet6 = isc::dhcp::Pkt6Ptr;
using ClientSubnet4 = isc::dhcp::Subnet4Ptr;
using ClientSubnet6 = isc::dhcp::Subnet6Ptr;
using EndedLease4 = isc::dhcp::Lease4Ptr;
using EndedLease6 = isc::dhcp::Lease6Ptr;

template <typename T>
T argument(isc::hooks::CalloutHandle& handle, const char* name) {
    T value;
    handle.getArgument(name, value);
    return value;
}

/// The packet's own option, or null. Not to be changed.
inline const isc::dhcp::Option* look(const isc::dhcp::Pkt& packet, std::uint16_t code) {
    const auto found = packet.options_.find(code);
    return found == packet.options_.end() ? nullptr : found->second.get();
}

/// An option's payload as it came. Kea's typed options keep theirs elsewhere, so not every option has one.
inline ByteView payload(const isc::dhcp::Option& option) {
    const auto& data = option.getData();
    return {data.data(), data.size()};
}

inline Address to_address(const isc::asiolink::IOAddress& from) {
    if (from.isV4()) {
        std::array<std::uint8_t, 4> bytes{};
        write_u32(bytes, 0, from.toUint32());
        return Address::of(bytes);
    }
    const auto bytes = from.toBytes();
    return Address::of(bytes);
}

inline isc::asiolink::IOAddress to_kea(const Address& from) {
    // Not IOAddress::fromBytes(): it writes the address as text and reads it again, which took half of the callout's time.
    if (from.size == 4) {
        return isc::asiolink::IOAddress(read_u32(from.view(), 0));
    }
    return isc::asiolink::IOAddress(boost::asio::ip::address(boost::asio::ip::address_v6(from.bytes)));
}

template <typename SubnetPtr>
Prefix prefix_of(const SubnetPtr& subnet) {
    if (!subnet) {
        return {};
    }
    const auto [address, length] = subnet->get();
    return {to_address(address), static_cast<unsigned>(length)};
}

}  // namespace branchline::hook
