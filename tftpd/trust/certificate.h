// An X.509 certificate, taken apart once. A value: the parsed form is not kept, so it can be shared between threads.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"
#include "tftpd/trust/public_key.h"

#include <chrono>
#include <string>
#include <vector>

namespace branchline::trust {

using WallTime = std::chrono::sys_seconds;

struct Certificate {
    static constexpr std::size_t max_size = 16u << 10;     ///< bytes of DER
    static constexpr std::size_t max_bundle = 512u << 10;  ///< bytes of a file with many
    static constexpr std::size_t max_in_bundle = 256;

    Bytes der;
    std::string subject;  ///< in Cisco's form
    std::string issuer;   ///< in Cisco's form
    std::string common_name;
    Bytes serial;  ///< big-endian, without leading zeros
    WallTime not_before;
    WallTime not_after;
    PublicKey key;
    Bytes signature;  ///< its issuer's, as it stands in the certificate

    /// Exactly one certificate, DER.
    static Result<Certificate> parse_der(ByteView der);

    /// All certificates of a file: one DER, or any number of PEM blocks with text around them. Says what to do about PKCS#12.
    static Result<std::vector<Certificate>> parse_file(ByteView bytes);

    [[nodiscard]] std::string pem() const;
    [[nodiscard]] std::string fingerprint() const;  ///< SHA-256, lower case hexadecimal
};

/// "2026-11-26 19:10:07" UTC.
std::string time_text(WallTime time);

}  // namespace branchline::trust
