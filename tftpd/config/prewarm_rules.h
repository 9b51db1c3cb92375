// The rules of "prewarm": which files are fetched before phones ask for them, and when.
#pragma once

#include "tftpd/config/config.h"

#include <cc/data.h>

#include <vector>

namespace branchline {

inline constexpr std::size_t maximum_prewarm_entries = 32;
inline constexpr std::size_t maximum_prewarm_names = 256;  ///< in one entry
inline constexpr std::size_t maximum_prewarm_times = 24;   ///< in one entry

/// Throws ConfigError.
std::vector<Prewarm> read_prewarm(const std::vector<isc::data::ConstElementPtr>& list);

}  // namespace branchline
