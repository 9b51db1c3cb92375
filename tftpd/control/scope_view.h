// Which TFTP servers phones of a DHCP scope are told at this moment: the hook's list (kea-hooks/scope_report.h), "auto" as the
// address that it stands for, and the dead left out as the hook leaves them out. Values in, JSON out.
#pragma once

#include "tftpd/config/machine.h"

#include <cc/data.h>

#include <map>
#include <string>

namespace branchline {

/// What is known of who is alive.
struct ServersAlive {
    bool self = true;                    ///< we serve phones
    std::map<std::string, bool> others;  ///< by address, those that are watched
};

/// [ { "address", "auto": true, "up", "left-out" } ] in the order of `scope`'s "tftp-servers". "address" is missing for an
/// "auto" without one in the scope's network: it is the interface's at which the relay's packet arrives. "up" is missing when
/// it is not known; who is not known counts as alive. When all are down, none is left out.
isc::data::ElementPtr servers_in_effect(const isc::data::ConstElementPtr& scope, const Machine& machine,
                                        const ServersAlive& alive);

}  // namespace branchline
