// Reads branchline-appliance.conf, Kea JSON with the top-level key "Appliance", and holds it to the rules. Everything that is
// wrong is a ConfigError with file:line:column, what, the rule and the way out.
#pragma once

#include "image/appliance/appliance.h"

#include <cc/data.h>

namespace branchline {

inline constexpr std::size_t maximum_appliance_interfaces = 64;
inline constexpr std::size_t maximum_interface_addresses = 16;
inline constexpr std::size_t maximum_routes = 256;
inline constexpr std::size_t maximum_servers = 8;  ///< DNS, and NTP
inline constexpr std::size_t maximum_ssh_keys = 32;
inline constexpr std::size_t maximum_admin_networks = 32;

/// The document of the whole file, as json_text gives it. Throws ConfigError.
Appliance read_appliance(const isc::data::ConstElementPtr& document);

}  // namespace branchline
