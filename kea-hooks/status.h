// The command "branchline-status-get": the settings in force, what was wrong in the last configuration, the addresses that
// "auto" stands for, what the daemon reports, and the counters as they are now.
#pragma once

#include "kea-hooks/parameters.h"
#include "kea-hooks/scopes.h"

namespace isc::hooks {
class CalloutHandle;
}

namespace branchline::hook {

int status_get(isc::hooks::CalloutHandle& handle);

/// "auto,192.0.2.2", or "none".
std::string describe_servers(const Setting& setting, Family family);

/// What was wrong in the configuration that Kea was given last; empty when nothing was.
const Problems& pending_problems();

}  // namespace branchline::hook
