// Is the sender of a packet a phone that wants our options? Decided on the packet's bytes alone, which may be anything: every
// length is checked, nothing is allocated, nothing throws.
//
// DHCPv4 phones say so in option 60 (RFC 2132 9.13), as text that may end in NUL and is spelled with and without a comma:
//     "Cisco Systems, Inc. IP Phone CP-8841\0"    "Cisco Systems Inc. Wireless Phone 7925"
// or in option 124 with enterprise 9 (RFC 3925 3). DHCPv6 clients have options 16 and 17 with enterprise 9 (RFC 8415 21.16,
// 21.17); a client that asks for option 17 in its option request gets it too, because no phone is known to send option 16.
#pragma once

#include "kea-hooks/address.h"
#include "tftpd/base/bytes.h"

#include <array>
#include <cstdint>
#include <optional>

namespace branchline::hook {

inline constexpr std::uint32_t cisco_enterprise = 9;             ///< IANA private enterprise number
inline constexpr const char* phone_class = "branchline-phones";  ///< a client class of this name makes its members phones

bool is_cisco_vendor_class(ByteView option_60);

/// Does the option's data name enterprise 9 in its first entry? For options 16 and 17 of DHCPv6, and 124 and 125 of DHCPv4,
/// in whose data further enterprises may follow: `v4_lists` walks those too.
bool names_cisco_enterprise(ByteView data, bool v4_lists);

/// Does an option request (pairs of bytes; a trailing odd byte is ignored) ask for `code`?
bool asks_for(ByteView option_request, std::uint16_t code);

using MacBytes = std::array<std::uint8_t, 6>;

/// The Ethernet address in a link-layer DUID (RFC 8415 11.2 and 11.4), if it is one.
std::optional<MacBytes> mac_in_duid(ByteView duid);
/// The one in a relay's client link-layer address option (RFC 6939 4).
std::optional<MacBytes> mac_in_relay_option(ByteView option_79);
/// The one that a link-local address was made of (RFC 4291 appendix A), if it was.
std::optional<MacBytes> mac_in_link_local(const Address& address);

}  // namespace branchline::hook
