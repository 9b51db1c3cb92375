#include "tftpd/tls/server_context.h"

#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include <array>

namespace branchline::tls {
namespace {

// In the order in which we prefer them; mbedTLS wants lists that end in 0.
constexpr std::array suites{MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
                            MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
                            MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
                            MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                            MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                            MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                            MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                            MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                            MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
                            0};
constexpr std::array<std::uint16_t, 4> groups{MBEDTLS_SSL_IANA_TLS_GROUP_X25519, MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
                                              MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE};

/// One credential's chain as mbedTLS has it.
class Chain {
public:
    Chain() { mbedtls_x509_crt_init(&first_); }
    ~Chain() { mbedtls_x509_crt_free(&first_); }
    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;
    mbedtls_x509_crt* get() { return &first_; }

private:
    mbedtls_x509_crt first_{};
};

}  // namespace

struct ServerContext::Impl {
    Impl() {
        mbedtls_ssl_config_init(&config);
        mbedtls_ssl_ticket_init(&tickets);
    }
    ~Impl() {
        mbedtls_ssl_config_free(&config);
        mbedtls_ssl_ticket_free(&tickets);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    int set_up();
    int show(const Credential& credential);

    IdentityPtr identity;
    trust::Random random;
    std::vector<std::unique_ptr<Chain>> chains;
    mbedtls_ssl_ticket_context tickets{};
    mbedtls_ssl_config config{};
};

int ServerContext::Impl::set_up() {
    // TLS 1.3 is built on it; may be called as often as one likes.
    if (psa_crypto_init() != PSA_SUCCESS || !random.seeded()) {
        return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
    }
    int error =
        mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (error != 0) {
        return error;
    }
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, random.get());
    mbedtls_ssl_conf_min_tls_version(&config, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_max_tls_version(&config, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_ciphersuites(&config, suites.data());
    mbedtls_ssl_conf_groups(&config, groups.data());
    mbedtls_ssl_conf_renegotiation(&config, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
    // A ticket alone would do without forward secrecy.
    mbedtls_ssl_conf_tls13_key_exchange_modes(&config, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
    error = mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, random.get(), MBEDTLS_CIPHER_AES_256_GCM,
                                     static_cast<std::uint32_t>(ticket_lifetime.count()));
    if (error != 0) {
        return error;
    }
    mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &tickets);
    for (const auto& credential : *identity) {
        error = error != 0 ? error : show(credential);
    }
    return error;
}

int ServerContext::Impl::show(const Credential& credential) {
    auto& chain = *chains.emplace_back(std::make_unique<Chain>());
    for (const auto& certificate : credential.chain) {
        const auto error = mbedtls_x509_crt_parse_der(chain.get(), certificate.der.data(), certificate.der.size());
        if (error != 0) {
            return error;
        }
    }
    return mbedtls_ssl_conf_own_cert(&config, chain.get(), credential.key->get());
}

Result<std::shared_ptr<const ServerContext>> ServerContext::make(IdentityPtr identity) {
    auto impl = std::make_unique<Impl>();
    impl->identity = std::move(identity);
    if (const auto error = impl->set_up(); error != 0) {
        std::array<char, 128> text{};
        mbedtls_strerror(error, text.data(), text.size());
        return Failure{std::string("TLS cannot be set up: ") + text.data()};
    }
    return ServerContextPtr(new ServerContext(std::move(impl)));
}

ServerContext::ServerContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerContext::~ServerContext() = default;

const IdentityPtr& ServerContext::identity() const {
    return impl_->identity;
}

const mbedtls_ssl_config* ServerContext::config() const {
    return &impl_->config;
}

}  // namespace branchline::tls
