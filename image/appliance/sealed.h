// A backup as it leaves the box: sealed with a passphrase, so that whoever finds the file learns nothing and can change
// nothing.
//
//     "BRANCHLINE-BACKUP-1\n"   20 bytes
//     salt                      16 bytes, for the key: PBKDF2-HMAC-SHA-512 (RFC 8018 5.2), 200,000 rounds
//     nonce                     12 bytes
//     content, encrypted        AES-256-GCM (NIST SP 800-38D); the three fields above are authenticated with it
//     tag                       16 bytes
//
// Pure but for the kernel's random numbers, which seal() takes.
#pragma once

#include "tftpd/base/result.h"

#include <string>
#include <string_view>

namespace branchline {

inline constexpr std::size_t maximum_sealed = 8 << 20;  ///< bytes; configuration and keys are far below
inline constexpr std::size_t minimum_passphrase = 8;    ///< characters

/// `content` sealed with `passphrase`. Fails with a reason for people: the passphrase is too short, the content too large.
Result<std::string> seal(std::string_view content, std::string_view passphrase);

/// What seal() was given. Fails if it is no backup, the passphrase is another one, or a single bit was changed.
Result<std::string> unseal(std::string_view sealed, std::string_view passphrase);

}  // namespace branchline
