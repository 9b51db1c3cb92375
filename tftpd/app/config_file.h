// Writes the running configuration to a file, for config-write: whole or not at all (temporary file beside it, fsync, rename).
#pragma once

#include <cc/data.h>

#include <filesystem>
#include <string>

namespace branchline {

/// Where config-write may write: `wanted` (empty = `running`, the file the daemon was started with) if it lies in the same
/// directory as `running`; whoever can send commands must not be able to write anywhere else. Throws ConfigError.
std::filesystem::path target_for_writing(const std::filesystem::path& running, const std::string& wanted);

/// Replaces `path` by `document`. Keeps the mode of a file that is there; a new one is readable for its group. Comments and
/// <?include?>s of the old text are gone, as with Kea's daemons. Throws ConfigError.
void write_config_file(const std::filesystem::path& path, const isc::data::ConstElementPtr& document);

}  // namespace branchline
