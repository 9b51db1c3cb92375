// A public key as trust lists and certificates carry it. Kept as bytes and taken apart where it is used: a value, safe to share
// between threads, which mbedTLS's own key objects are not.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"
#include "tftpd/trust/digest.h"

namespace branchline::trust {

class PublicKey {
public:
    enum class Kind { rsa, ec };

    static constexpr std::size_t max_size = 2048;  ///< bytes; RSA 8192 has about 1,040

    /// `bytes` is an RSAPublicKey (PKCS#1, RFC 8017 A.1.1), a SubjectPublicKeyInfo (RFC 5280 4.1) or an uncompressed point on
    /// P-256, P-384 or P-521 (SEC 1 2.3.3). All of them must be part of it.
    static Result<PublicKey> parse(ByteView bytes);

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] unsigned bits() const { return bits_; }        ///< of an RSA key's modulus or an EC key's field
    [[nodiscard]] const Bytes& bytes() const { return bytes_; }  ///< as trust lists carry it: RSAPublicKey or point
    [[nodiscard]] std::string text() const;                      ///< "RSA 2048", "EC P-384"

    /// Does `signature` (RSASSA-PKCS1-v1_5) belong to `hash`, made by `digest`? Never with an EC key: signed files have no code
    /// for one.
    [[nodiscard]] bool verifies(Digest digest, ByteView hash, ByteView signature) const;

private:
    PublicKey(Kind kind, unsigned bits, Bytes bytes) : kind_(kind), bits_(bits), bytes_(std::move(bytes)) {}
    Kind kind_;
    unsigned bits_;
    Bytes bytes_;
};

}  // namespace branchline::trust
