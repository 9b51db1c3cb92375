// A copy of the signing key to keep elsewhere: its certificate, and the key encrypted by a passphrase as PKCS#8 has it (RFC
// 5958 3), by PBES2 (RFC 8018 6.2: PBKDF2 with HMAC-SHA-256, AES-256-CBC). Text in PEM; openssl makes and reads the like.
#pragma once

#include "tftpd/trust/certificate.h"
#include "tftpd/trust/signing_key.h"

#include <string>
#include <string_view>

namespace branchline::trust {

inline constexpr std::size_t least_passphrase = 12;     ///< characters
inline constexpr std::size_t longest_passphrase = 256;  ///< characters
inline constexpr unsigned escrow_rounds = 600'000;      ///< of PBKDF2: half a second for each guess at the passphrase
inline constexpr std::size_t max_escrow = 64u << 10;    ///< bytes of a copy that is read

/// `rounds` of PBKDF2: fewer are for tests.
Result<std::string> escrow_of(const SigningKey& key, const Certificate& certificate, std::string_view passphrase,
                              unsigned rounds = escrow_rounds);

struct Escrow {
    SigningKey key;
    Certificate certificate;  ///< belongs to the key
};
/// A Failure if the passphrase is another one, something is damaged or missing, or key and certificate do not belong together.
Result<Escrow> open_escrow(std::string_view copy, std::string_view passphrase);

}  // namespace branchline::trust
