#include "tftpd/tls/peer_context.h"

#include "tftpd/tls/settings.h"

#include <utility>

namespace branchline::tls {

struct PeerContext::Impl {
    explicit Impl(IdentityPtr shown) : identity(std::move(shown)) {}

    int set_up(Side side) {
        const int endpoint = side == Side::connects ? MBEDTLS_SSL_IS_CLIENT : MBEDTLS_SSL_IS_SERVER;
        if (const int error = settings.begin(endpoint, MBEDTLS_SSL_VERSION_TLS1_3); error != 0) {
            return error;
        }
        // Whose certificate it is nobody can say here; that its key is there is checked all the same. Whether there is one at
        // all is for whoever uses the session.
        mbedtls_ssl_conf_authmode(settings.get(), MBEDTLS_SSL_VERIFY_OPTIONAL);
        return settings.show(identity->front());
    }

    const IdentityPtr identity;
    Settings settings;
};

Result<ContextPtr> PeerContext::make(IdentityPtr identity, Side side) {
    auto impl = std::make_unique<Impl>(std::move(identity));
    if (const auto error = impl->set_up(side); error != 0) {
        return set_up_failed(error);
    }
    return ContextPtr(new PeerContext(std::move(impl)));
}

PeerContext::PeerContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PeerContext::~PeerContext() = default;

const mbedtls_ssl_config* PeerContext::config() const {
    return impl_->settings.get();
}

}  // namespace branchline::tls
