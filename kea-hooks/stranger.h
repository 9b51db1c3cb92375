// Which DHCP servers are none of ours: neither this machine, nor its partner (the other addresses of "tftp-servers"), nor one
// of "known-dhcp-servers".
#pragma once

#include "kea-hooks/scopes.h"
#include "kea-hooks/surroundings.h"

namespace branchline::hook {

/// `server`: with IPv4 the server identifier, with IPv6 the address that an answer came from. `setting`: the global one.
bool is_stranger(const Address& server, const Setting& setting, const Surroundings& surroundings);

}  // namespace branchline::hook
