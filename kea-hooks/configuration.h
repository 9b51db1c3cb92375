// From Kea's configuration objects to the table in force, and what happens when the operator wrote something wrong.
//
// Kea reloads the library at every configuration change, asks load() before anything is checked, and stops serving for good if
// load() fails. So a wrong value never fails load(); the rules are:
//
//     load()                        the running configuration's settings, parameters included, are in force again
//     dhcp4/6_srv_configured, good  the new table; the old one stays beside it until Kea has really committed the new
//                                   configuration (a later library may still refuse it)
//     …, wrong value                Kea is told no (status DROP, text with file:line:column); the running configuration's stays
//     …, wrong value at first start nothing runs that could go on, and no DHCP at all would be worse than no option 150:
//     logged,
//                                   the wrong scope says nothing, wrong library parameters mean no servers
//     kea-dhcp4 -T, wrong value     Kea is told no
#pragma once

#include "kea-hooks/scopes.h"

#include <memory>
#include <string>
#include <vector>

namespace isc::dhcp {
class SrvConfig;
}

namespace branchline::hook {

/// The table and whose it is.
struct InForce {
    Table table;
    const void* configuration = nullptr;    ///< the SrvConfig that the table was made of
    std::unique_ptr<const InForce> before;  ///< in force while Kea's current configuration is not `configuration`
    isc::data::ConstElementPtr scopes{};    ///< what the daemon is told of it (scope_report.h)
    std::vector<std::string> interfaces{};  ///< where Kea listens, as in its "interfaces-config"
};

/// Reads every scope of `configuration`. With a problem in `parameters`, `lenient` makes the base one without servers.
std::unique_ptr<InForce> read_configuration(const isc::dhcp::SrvConfig& configuration,
                                            const isc::data::ConstElementPtr& parameters, Family family, Problems& problems);

/// What the running configuration says, or null if there is none yet. `problems`: what is wrong in it, most often told before.
std::unique_ptr<InForce> running_configuration(Family family, Problems& problems);

/// Is Kea only checking (-T)? Then no thread is started and a wrong value is always refused.
bool is_only_checking(const isc::dhcp::SrvConfig& configuration);

/// The table that holds for a packet now.
const Table& in_force(const InForce& published);
/// What the daemon is to be told now.
const isc::data::ConstElementPtr& scopes_in_force(const InForce& published);

}  // namespace branchline::hook
