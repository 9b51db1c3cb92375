// What a message says before Kea has looked at it: Kea passes over a DISCOVER from a link that it has no subnet for, and what
// is meant for another server, and tells no callout but the first one, which has the bytes alone (RFC 2131 2, RFC 2132, RFC
// 8415 8). Any bytes may come. Options that are not needed are passed over; those in "file" and "sname" (overload) are not
// looked at.
#pragma once

#include "kea-hooks/address.h"
#include "tftpd/base/bytes.h"

#include <optional>

namespace branchline::hook {

struct FirstLook {
    std::uint8_t type = 0;              ///< option 53
    ByteView mac;                       ///< chaddr, if it is an Ethernet address; else empty
    Address relay;                      ///< giaddr
    Address server;                     ///< option 54: whom a REQUEST chose
    ByteView client_id;                 ///< option 61
    ByteView vendor_class;              ///< option 60
    ByteView vendor_identifying_class;  ///< option 124
};

/// Views into `message`; nothing if it is no DHCPv4 message from a client.
std::optional<FirstLook> first_look(ByteView message);

struct FirstLook6 {
    std::uint8_t type = 0;
    ByteView duid;          ///< option 1: the client's
    ByteView server;        ///< option 2: the DUID of whom it is meant for
    ByteView vendor_class;  ///< option 16: the first text in it
};

/// Views into `message`; nothing if it is no DHCPv6 message, or one that a relay passed on.
std::optional<FirstLook6> first_look6(ByteView message);

}  // namespace branchline::hook
