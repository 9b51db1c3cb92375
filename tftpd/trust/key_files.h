// The proxy's own key and certificate on disk: DIRECTORY/signing.key, mode 0600, and DIRECTORY/signing.pem. Made at first
// start, different on each box; never overwritten. What stands behind Signer here could be another process: nothing above sees
// the key.
#pragma once

#include "tftpd/trust/signer.h"

#include <filesystem>
#include <memory>
#include <string>

namespace branchline::trust {

/// For a key that has to be made.
struct SignerWish {
    unsigned bits = 2048;     ///< see check_signing_bits()
    std::string common_name;  ///< of the certificate; characters that names of hosts do not have are left out
    WallTime now;
};

/// Opens the key and certificate, or makes what is missing. A Failure if one is there and cannot be read, is no good, or does
/// not fit the other: it says which file and what to do. Making a key may take seconds.
Result<std::shared_ptr<const Signer>> open_signer(const std::filesystem::path& directory, const SignerWish& wish);

/// Makes a directory that only its owner may enter, and those above it; one that is there stays as it is.
Result<bool> make_private_directory(const std::filesystem::path& directory);

/// Writes a file that only its owner can read: whole or not at all, on the disk when this returns.
Result<bool> write_private_file(const std::filesystem::path& path, std::string_view text);

/// A whole file of at most `limit` bytes; none if there is no such file.
Result<std::optional<Bytes>> read_whole_file(const std::filesystem::path& path, std::size_t limit);
/// The same of a file that has to be there.
Result<Bytes> read_needed_file(const std::filesystem::path& path, std::size_t limit);

/// What is wrong with a file, said with its path.
Failure file_failure(const std::filesystem::path& path, const std::string& what);

}  // namespace branchline::trust
