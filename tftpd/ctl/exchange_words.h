// "branchlinectl exchange …": clusters and certificates exchanged with another box, the operator asked whether it is the right
// one.
#pragma once

#include "tftpd/ctl/request.h"

#include <string>

namespace branchline {

/// Begins what `request` says (tftp-trust-exchange-offer or -with) and stays until it is over. Shows the other box's
/// fingerprint and asks for a yes, unless `request` has it; without a terminal there is nobody to ask. An interrupt ends the
/// exchange.
ExitStatus run_exchange(Request request);

/// "1f01 50b6 …" in lines of eight groups: as two people read it to each other.
std::string in_groups(const std::string& fingerprint);

std::string exchange_text(const isc::data::ConstElementPtr& arguments);  ///< of tftp-trust-exchange-status

}  // namespace branchline
