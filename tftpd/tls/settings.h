// What each of our contexts begins with, as mbedTLS has it: random numbers, the groups of the key exchange (X25519, P-256,
// P-384), and the certificates that are shown. For the contexts alone.
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/tls/identity.h"
#include "tftpd/trust/random.h"

#include <mbedtls/ssl.h>

#include <memory>
#include <vector>

namespace branchline::tls {

class Settings {
public:
    Settings();
    ~Settings();
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;

    // Each returns 0, or mbedTLS's error.
    /// `endpoint`: MBEDTLS_SSL_IS_SERVER or MBEDTLS_SSL_IS_CLIENT. From `oldest` up to TLS 1.3.
    int begin(int endpoint, mbedtls_ssl_protocol_version oldest);
    /// Whoever holds these keeps the credential's key.
    int show(const Credential& credential);

    [[nodiscard]] mbedtls_ssl_config* get() { return &config_; }
    [[nodiscard]] const mbedtls_ssl_config* get() const { return &config_; }
    [[nodiscard]] mbedtls_ctr_drbg_context* random() { return random_.get(); }

private:
    class Chain;
    trust::Random random_;
    std::vector<std::unique_ptr<Chain>> chains_;
    mbedtls_ssl_config config_{};
};

Failure set_up_failed(int error);

}  // namespace branchline::tls
