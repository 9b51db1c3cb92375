// One TLS connection to another box: the handshake, in which each shows its certificate, then messages (message.h). On one
// thread. Bounded: `handshake_limit` for the handshake; one message of at most max_length bytes at a time; `linger_limit` for
// the other side to hear the last one.
#pragma once

#include "tftpd/exchange/message.h"
#include "tftpd/tls/context.h"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace branchline::exchange {

inline constexpr std::chrono::seconds handshake_limit{10};
inline constexpr std::chrono::seconds linger_limit{3};

class Link {
public:
    /// None is called inside start(), send() or close(), nor after close() or finish().
    struct Events {
        std::function<void(const Bytes& certificate)> shown;  ///< the handshake is done; DER
        std::function<void(Message message)> heard;
        std::function<void(const std::string& why)> ended;  ///< by the other side, or for what it did
    };

    virtual ~Link() = default;
    virtual void start(Events events) = 0;
    virtual void send(Bytes bytes) = 0;
    virtual void finish() = 0;  ///< sends what is still to be sent, then closes
    virtual void close() = 0;
    [[nodiscard]] virtual const boost::asio::ip::address& other() const = 0;
};

/// Takes over a connected socket. It lives, once started, until it has closed.
std::shared_ptr<Link> make_link(boost::asio::ip::tcp::socket socket, tls::ContextPtr context);

}  // namespace branchline::exchange
