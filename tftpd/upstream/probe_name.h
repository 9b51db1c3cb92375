// What a server is asked for when only its being alive matters. No server has it; a Branchline answers that it has not without
// asking anybody else and without a line in its log.
#pragma once

namespace branchline {

inline constexpr const char* probe_name = "branchline-probe";

}  // namespace branchline
