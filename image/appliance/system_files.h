// What the system's own programs read, made from the appliance's configuration: systemd-networkd, timesyncd, nftables, the SSH
// server. Pure: text in memory, by path below /run; main writes it.
#pragma once

#include "image/appliance/appliance.h"

#include <map>
#include <string>

namespace branchline {

/// Path below /run and the file's text.
using SystemFiles = std::map<std::string, std::string>;

SystemFiles system_files(const Appliance& appliance);

/// The packet filter: from the phones' side UDP 67, 547 and 69 and TCP 2445 and 6970 to 6973 (the last one for exchanges with
/// another box, closed unless one is offered), SSH from the administrators' networks if it has keys, what answers our own
/// questions, and the ICMP that IP needs. Everything else is dropped without a word.
std::string packet_filter(const Appliance& appliance);

}  // namespace branchline
