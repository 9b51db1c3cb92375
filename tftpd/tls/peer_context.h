// How two boxes of ours talk to each other: TLS 1.3, in which each shows a certificate and proves that it has the key. Nobody
// vouches for these certificates, and what is in them is not believed: people confirm them by their fingerprints
// (Session::peer_certificate).
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/tls/context.h"
#include "tftpd/tls/identity.h"

#include <memory>

namespace branchline::tls {

class PeerContext final : public Context {
public:
    enum class Side { connects, answers };

    /// Shows the first of `identity`, which has one.
    static Result<ContextPtr> make(IdentityPtr identity, Side side);
    ~PeerContext() override;

    [[nodiscard]] const mbedtls_ssl_config* config() const override;

private:
    struct Impl;
    explicit PeerContext(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline::tls
