// branchline-signer export and import: a copy of the key (trust/escrow.h) on standard output, or from standard input, for
// whoever may read the key's directory. The passphrase is asked for at a terminal, and is the first line of standard input
// otherwise.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace branchline {

/// What went wrong, for standard error; nothing if the copy was written whole.
std::optional<std::string> export_key(const std::filesystem::path& directory);
/// The same; nothing if key and certificate are on the disk and belong to the directory's owner. Overwrites nothing.
std::optional<std::string> import_key(const std::filesystem::path& directory);

}  // namespace branchline
