// How connections of phones and browsers are secured: what is offered, with which certificate. Made once from an identity;
// connections that are open keep theirs when another takes its place.
//
//   TLS 1.2 and 1.3 only; ECDHE with AES-GCM or ChaCha20-Poly1305 only (RFC 9325 4.2); X25519, P-256, P-384
//   session tickets, whose keys this object makes and changes (RFC 5077, RFC 8446 4.6.1); no renegotiation, no early data
//
// mbedTLS 3 has no TLS 1.0: phones of the 7900 series cannot connect and use port 6970 with signed files.
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/tls/context.h"
#include "tftpd/tls/identity.h"

#include <memory>

namespace branchline::tls {

class ServerContext final : public Context {
public:
    static constexpr std::chrono::seconds ticket_lifetime{std::chrono::hours(12)};

    static Result<std::shared_ptr<const ServerContext>> make(IdentityPtr identity);
    ~ServerContext() override;

    [[nodiscard]] const IdentityPtr& identity() const;
    [[nodiscard]] const mbedtls_ssl_config* config() const override;

private:
    struct Impl;
    explicit ServerContext(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

using ServerContextPtr = std::shared_ptr<const ServerContext>;

}  // namespace branchline::tls
