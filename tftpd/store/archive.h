// Takes an archive apart: zip, and tar as it is or packed by gzip, bzip2, xz or zstd, whichever it is. The format is
// libarchive's matter; the rules are ours: regular files and directories only, every name safe, nothing that could not be added
// by itself. The first entry that breaks a rule ends it all, so that an archive is taken whole or not at all.
#pragma once

#include "tftpd/store/own_files.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace branchline {

inline constexpr std::size_t max_archive_entries = 10'000;

/// Stages every file of the archive open at `fd` (from its beginning) in `files`, under `directory` ("" = the root). `room`:
/// bytes that all of them may have unpacked. Adds to `read` what of the archive was read, and ends early when `stop` is set.
OwnFiles::Outcome<std::vector<OwnFiles::Staged>> unpack(int fd, const std::string& directory, OwnFiles& files,
                                                        std::uint64_t room, std::atomic<std::uint64_t>& read,
                                                        const std::atomic<bool>& stop);

}  // namespace branchline
