// PEM (RFC 7468): DER in base64 between two lines that say what it is.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"

#include <string>
#include <string_view>

namespace branchline::trust {

/// The two lines, without their ends.
struct PemLines {
    std::string_view begin;
    std::string_view end;
};
inline constexpr PemLines certificate_lines{"-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"};
inline constexpr PemLines encrypted_key_lines{"-----BEGIN ENCRYPTED PRIVATE KEY-----", "-----END ENCRYPTED PRIVATE KEY-----"};
inline constexpr PemLines rsa_key_lines{"-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"};

/// What is between the first two such lines of `text`. It may be a secret: nothing of it stays but what is returned.
Result<Bytes> der_of_pem(std::string_view text, const PemLines& lines);

/// Empty if there is no memory for it.
std::string pem_of(ByteView der, const PemLines& lines);

}  // namespace branchline::trust
