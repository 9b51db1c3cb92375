// What the daemon is told of Kea's scopes, for the operator who looks there: each subnet with its pools, the hook's settings
// and Kea's own options in effect. The daemon may not ask Kea itself (docs/decisions.md 13 and 31), so it is told, whole, when
// a configuration has come into force and when a daemon has started, by dhcp-scope-tell at its control socket
// (docs/commands.md).
//
//   { "family": 4, "left-out": 0, "hosts": 1, "classes": [ { "name", "tftp-servers" } ], "scopes": [ {
//       "subnet-id", "subnet", "shared-network", "valid-lifetime", "pools": [ { "range", "tftp-servers" if others than the
//       subnet's } ], "tftp-servers", "endpoints", "order", "withdraw-dead", "alternatives", "options": [ { "code", "name",
//       "data" } ] } ] }
#pragma once

#include "kea-hooks/scopes.h"

#include <cc/data.h>

namespace isc::dhcp {
class SrvConfig;
}

namespace branchline::hook {

inline constexpr std::size_t max_scopes_told = 1000;  ///< the others are counted as "left-out"
inline constexpr std::size_t max_options_told = 64;   ///< of one scope

/// `table` was made of `configuration`.
isc::data::ConstElementPtr scope_report(isc::dhcp::SrvConfig& configuration, const Table& table, Family family);

}  // namespace branchline::hook
