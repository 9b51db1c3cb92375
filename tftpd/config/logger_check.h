// "loggers" are Kea's: its own parser takes them when the daemon starts logging. Checked here is only what that parser would
// let through in silence or report without a way out: unknown keys, types, severities.
#pragma once

#include <cc/data.h>

#include <vector>

namespace branchline {

/// Throws ConfigError unless each element is a logger in Kea's syntax.
void check_loggers(const std::vector<isc::data::ConstElementPtr>& loggers);

}  // namespace branchline
