// Which files make up one firmware: the members that a .loads file names. A phone that finds the .loads file but not a member
// of it stays with half an upgrade, so all of them must be there before it asks.
//
// A .loads file is a signed file: a binary head, then a list of names. The names are found by their look, whatever stands
// around them: letters, digits, '.', '-' and '_', with an ending that firmware has.
#pragma once

#include "tftpd/base/bytes.h"

#include <string>
#include <string_view>
#include <vector>

namespace branchline {

inline constexpr std::size_t max_firmware_members = 64;
inline constexpr std::size_t max_loads_size = 256u << 10;  ///< bytes of a .loads file that are looked at

[[nodiscard]] bool is_loads_file(std::string_view name);

/// In the order of the file, each once; `name` is the .loads file's own, which its head carries, too.
[[nodiscard]] std::vector<std::string> firmware_members(ByteView loads, std::string_view name);

}  // namespace branchline
