// Reads "device-binding-allow" (binding_allowed.h): addresses, prefixes and MAC addresses.
#pragma once

#include "tftpd/config/binding_allowed.h"

#include <cc/data.h>

#include <vector>

namespace branchline {

/// Throws ConfigError.
BindingAllowed read_binding_allowed(const std::vector<isc::data::ConstElementPtr>& entries);

}  // namespace branchline
