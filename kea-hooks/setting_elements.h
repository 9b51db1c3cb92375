// A setting as JSON, as "branchline-status-get" and the daemon get it.
#pragma once

#include "kea-hooks/scopes.h"

#include <cc/data.h>

namespace branchline::hook {

/// [ "auto", "192.0.2.2" ]; null stands for no list.
isc::data::ElementPtr servers_element(const ServerList* servers, Family family);

/// "tftp-servers", "endpoints", "order", "withdraw-dead", "alternatives".
isc::data::ElementPtr setting_element(const Setting& setting, Family family);

}  // namespace branchline::hook
