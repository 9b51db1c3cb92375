// The options themselves, put into a response that Kea is about to pack.
//
//     DHCPv4  option 150: 4 bytes an address (RFC 5859); option 66 (RFC 2132 9.4) only when asked for
//     DHCPv6  option 17, enterprise 9, sub-option 1: 16 bytes an address; sub-option 2 (a name) only when asked for.
//             One option 17 an enterprise (RFC 8415 21.17): ours goes into the one that is there
//
// What is ours replaces the same thing from Kea's own configuration (a phone cannot use two option 150); everything else in
// the response stays as it is. Options are made by Kea's own clone(), so that what a packet holds never has its code in our
// library, which may be unloaded first.
#pragma once

#include "kea-hooks/address.h"

#include <span>
#include <string>

namespace isc::dhcp {
class Pkt4;
class Pkt6;
}  // namespace isc::dhcp

namespace branchline::hook {

void put_option_150(isc::dhcp::Pkt4& response, std::span<const Address> servers);
void put_option_66(isc::dhcp::Pkt4& response, const std::string& server);

/// `name` empty: no sub-option 2.
void put_vendor_option(isc::dhcp::Pkt6& response, std::span<const Address> servers, const std::string& name);

}  // namespace branchline::hook
