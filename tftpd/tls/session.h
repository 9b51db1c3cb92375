// One connection's TLS without its socket: what came goes in, what is to be sent comes out, and whoever drives it moves the
// bytes. Either side, as the context says. Sans-IO; mbedTLS does the protocol.
//
//   put() what came --> handshake() until done --> read(), write() --> end() --> take() what is to be sent
//
// Whatever comes, memory stays bounded: a record has at most 16 KiB (RFC 8446 5.1), a handshake at most max_handshake bytes.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/tls/context.h"

#include <memory>
#include <string>

namespace branchline::tls {

class Session {
public:
    static constexpr std::size_t max_handshake = 64u << 10;  ///< bytes that the other side may send before it is done
    static constexpr std::size_t max_record = 16u << 10;     ///< bytes of plain text

    explicit Session(ContextPtr context);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    enum class Step {
        done,
        wants_input,  ///< all that was put in is used up
        ended,        ///< the other side said that it sends no more
        failed,       ///< fault() says why; what is left to be sent is an alert
    };

    /// Bytes from the other side. Not copied: they must stay until a step wants more.
    void put(ByteView bytes);

    Step handshake();
    struct Read {
        Step step;
        std::size_t bytes = 0;  ///< if done
    };
    Read read(ByteSpan into);
    /// Makes records of all of it.
    Step write(ByteView plain);
    /// Tells the other side that nothing follows (close_notify).
    void end();

    [[nodiscard]] bool has_output() const;
    Bytes take();  ///< all that is to be sent

    [[nodiscard]] std::string fault() const;    ///< for the log; empty = none
    [[nodiscard]] std::string version() const;  ///< "TLSv1.2", "TLSv1.3", once the handshake is done
    /// In DER, once the handshake is done: the other side has its key. Empty if it showed none.
    [[nodiscard]] Bytes peer_certificate() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline::tls
