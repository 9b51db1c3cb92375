#include "tftpd/tls/server_context.h"

#include "tftpd/tls/settings.h"

#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/ssl_ticket.h>

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

}  // namespace

struct ServerContext::Impl {
    Impl() { mbedtls_ssl_ticket_init(&tickets); }
    ~Impl() { mbedtls_ssl_ticket_free(&tickets); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    int set_up();

    IdentityPtr identity;
    mbedtls_ssl_ticket_context tickets{};
    Settings settings;
};

int ServerContext::Impl::set_up() {
    if (const int error = settings.begin(MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_VERSION_TLS1_2); error != 0) {
        return error;
    }
    auto* config = settings.get();
    mbedtls_ssl_conf_ciphersuites(config, suites.data());
    mbedtls_ssl_conf_renegotiation(config, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
    int error = mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, settings.random(), MBEDTLS_CIPHER_AES_256_GCM,
                                         static_cast<std::uint32_t>(ticket_lifetime.count()));
    if (error != 0) {
        return error;
    }
    mbedtls_ssl_conf_session_tickets_cb(config, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &tickets);
    for (const auto& credential : *identity) {
        error = error != 0 ? error : settings.show(credential);
    }
    return error;
}

Result<std::shared_ptr<const ServerContext>> ServerContext::make(IdentityPtr identity) {
    auto impl = std::make_unique<Impl>();
    impl->identity = std::move(identity);
    if (const auto error = impl->set_up(); error != 0) {
        return set_up_failed(error);
    }
    return ServerContextPtr(new ServerContext(std::move(impl)));
}

ServerContext::ServerContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerContext::~ServerContext() = default;

const IdentityPtr& ServerContext::identity() const {
    return impl_->identity;
}

const mbedtls_ssl_config* ServerContext::config() const {
    return impl_->settings.get();
}

}  // namespace branchline::tls
