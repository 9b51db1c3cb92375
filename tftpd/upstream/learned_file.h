// What was learned of clusters, in a file of the cache's directory, so that phones boot after a restart while no DNS server can
// be reached. JSON; read with distrust, since a disk may say anything.
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/upstream/learned_clusters.h"

#include <filesystem>
#include <string>
#include <vector>

namespace branchline {

inline constexpr const char* learned_file_name = "learned-clusters.json";
inline constexpr std::uintmax_t max_learned_file = 1u << 20;  ///< bytes

/// Nothing if the file is not there or makes no sense: then it is learned anew.
std::vector<LearnedCluster> read_learned_file(const std::filesystem::path& directory);

Result<bool> write_learned_file(const std::filesystem::path& directory, const std::vector<LearnedCluster>& known);

}  // namespace branchline
