// The rules of "discovery": which clusters' servers are learned from DNS, whom to ask, and how often.
#pragma once

#include "tftpd/config/config.h"

#include <cc/data.h>

#include <string>
#include <vector>

namespace branchline {

inline constexpr std::size_t maximum_discovered_clusters = 256;
inline constexpr std::size_t maximum_dns_servers = 3;

/// `configured` are the clusters of "remote-clusters", which win. Doubts that are no errors are added to `warnings`. Throws
/// ConfigError.
Discovery read_discovery(const isc::data::ConstElementPtr& element, const std::vector<Cluster>& configured,
                         std::vector<std::string>& warnings);

}  // namespace branchline
