// A private key for TLS, EC or RSA. Unlike the signing key it has to be in the process that talks to phones: every handshake
// needs it, and it signs nothing that phones keep.
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/trust/public_key.h"
#include "tftpd/trust/self_signed.h"

#include <memory>
#include <string>
#include <string_view>

namespace branchline::tls {

class PrivateKey {
public:
    static constexpr std::size_t max_pem = 16u << 10;  ///< bytes of a key's file
    static constexpr unsigned smallest_rsa = 2048;     ///< bits; what browsers and openssl take at their default level

    /// A new key on P-384, which is what Unified CM's CallManager-ECDSA certificates have.
    static Result<std::shared_ptr<PrivateKey>> generate();
    /// An unencrypted key, PKCS#8, PKCS#1 or SEC 1: RSA of at least smallest_rsa, or EC on P-256, P-384 or P-521.
    static Result<std::shared_ptr<PrivateKey>> parse_pem(std::string_view pem);

    ~PrivateKey();
    PrivateKey(const PrivateKey&) = delete;
    PrivateKey& operator=(const PrivateKey&) = delete;

    [[nodiscard]] std::string pem() const;
    [[nodiscard]] Result<trust::PublicKey> public_key() const;
    /// A certificate of this key for itself, DER.
    [[nodiscard]] Result<Bytes> self_signed(const trust::SelfSigned& wish);

    /// For mbedTLS, whose functions want it without const; they lock what they change.
    [[nodiscard]] mbedtls_pk_context* get() { return &key_; }

private:
    PrivateKey();
    mbedtls_pk_context key_{};
    trust::Random random_;
};

}  // namespace branchline::tls
