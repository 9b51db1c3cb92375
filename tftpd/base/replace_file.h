// Writes a small file so that at every moment, power cuts included, either the old or the new one is there whole: a temporary
// file beside it, fsync, rename, fsync of the directory. Blocks for as long as the disk takes.
#pragma once

#include "tftpd/base/result.h"

#include <filesystem>
#include <string_view>

#include <sys/types.h>

namespace branchline {

/// The Failure says which step did not work, and why.
Result<bool> replace_file(const std::filesystem::path& path, std::string_view text, mode_t mode);

}  // namespace branchline
