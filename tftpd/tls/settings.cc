#include "tftpd/tls/settings.h"

#include "tftpd/trust/error_text.h"

#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include <array>
#include <string>

namespace branchline::tls {
namespace {

// mbedTLS wants lists that end in 0.
constexpr std::array<std::uint16_t, 4> groups{MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
                                              MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE};

}  // namespace

/// One credential's chain as mbedTLS has it.
class Settings::Chain {
public:
    Chain() { mbedtls_x509_crt_init(&first_); }
    ~Chain() { mbedtls_x509_crt_free(&first_); }
    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;
    mbedtls_x509_crt* get() { return &first_; }

private:
    mbedtls_x509_crt first_{};
};

Settings::Settings() {
    mbedtls_ssl_config_init(&config_);
}

Settings::~Settings() {
    mbedtls_ssl_config_free(&config_);
}

int Settings::begin(int endpoint, mbedtls_ssl_protocol_version oldest) {
    // TLS 1.3 is built on it; may be called as often as one likes.
    if (psa_crypto_init() != PSA_SUCCESS || !random_.seeded()) {
        return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
    }
    const int error = mbedtls_ssl_config_defaults(&config_, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (error != 0) {
        return error;
    }
    mbedtls_ssl_conf_rng(&config_, mbedtls_ctr_drbg_random, random_.get());
    mbedtls_ssl_conf_min_tls_version(&config_, oldest);
    mbedtls_ssl_conf_max_tls_version(&config_, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_groups(&config_, groups.data());
    // A ticket alone would do without forward secrecy.
    mbedtls_ssl_conf_tls13_key_exchange_modes(&config_, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
    return 0;
}

int Settings::show(const Credential& credential) {
    auto& chain = *chains_.emplace_back(std::make_unique<Chain>());
    for (const auto& certificate : credential.chain) {
        const auto error = mbedtls_x509_crt_parse_der(chain.get(), certificate.der.data(), certificate.der.size());
        if (error != 0) {
            return error;
        }
    }
    return mbedtls_ssl_conf_own_cert(&config_, chain.get(), credential.key->get());
}

Failure set_up_failed(int error) {
    return Failure{"TLS cannot be set up: " + trust::error_text(error)};
}

}  // namespace branchline::tls
