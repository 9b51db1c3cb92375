// What a look for other DHCP servers says and hears, as bytes. We ask as a client that wants a lease and never takes one: a
// DISCOVER (RFC 2131 4.1, broadcast) or a SOLICIT (RFC 8415 18.2.1). It carries a mark, by which our own hook here and on a
// partner knows that no phone is behind it.
#pragma once

#include "kea-hooks/address.h"
#include "tftpd/base/bytes.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace branchline::hook {

using ProbeMac = std::array<std::uint8_t, 6>;

/// The vendor class of our DISCOVER, and the UUID in the DUID of our SOLICIT (RFC 6355).
inline constexpr std::string_view probe_mark = "branchline-probe";

/// A whole Ethernet frame.
Bytes discover_frame(const ProbeMac& mac, std::uint32_t transaction);
/// A DHCPv6 message; `transaction` has 24 bits.
Bytes solicit_message(std::uint32_t transaction);

/// The DHCP server that sent this frame, an OFFER or ACK to whomever: by option 54, else by its IP address. Any bytes may come.
std::optional<Address> server_of_frame(ByteView frame);
/// The DUID of the server whose ADVERTISE to our SOLICIT this is; empty if it says none that can be read. Any bytes may come.
std::optional<ByteView> server_of_advertise(ByteView message, std::uint32_t transaction);

/// Is it the DUID of our SOLICIT?
bool is_probe_duid(ByteView duid);

}  // namespace branchline::hook
