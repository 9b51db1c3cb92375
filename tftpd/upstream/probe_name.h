// What a server is asked for when only its being alive matters. No server has it; a Branchline answers that it has not without
// asking anybody else and without a line in its log.
#pragma once

#include <cstdint>

namespace branchline {

inline constexpr const char* probe_name = "branchline-probe";
inline constexpr std::uint64_t probe_max_size = 1024;  ///< bytes; who has such a file is alive, and the file is not wanted

}  // namespace branchline
