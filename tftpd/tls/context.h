// How a connection is secured: server_context.h has what phones and browsers find, peer_context.h what two boxes of ours do
// with each other. Shared by all connections that begin while it is in use.
#pragma once

#include <memory>

struct mbedtls_ssl_config;  // NOLINT(readability-identifier-naming): the library's name

namespace branchline::tls {

class Context {
public:
    Context() = default;
    virtual ~Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    [[nodiscard]] virtual const mbedtls_ssl_config* config() const = 0;
};

using ContextPtr = std::shared_ptr<const Context>;

}  // namespace branchline::tls
