// The hook's logger: "kea-dhcp4.branchline" or "kea-dhcp6.branchline" in Kea's "loggers".
#pragma once

#include <config.h>
#include <log/logger.h>
#include <log/macros.h>

namespace branchline::hook {

extern isc::log::Logger hook_logger;

}  // namespace branchline::hook
