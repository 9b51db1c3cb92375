// The sockets others connect to. For phones: one TCP listener on each address family's wildcard address, so that addresses may
// come, go or be tentative; which connections are ours is decided later, by the address that was asked (InterfaceFilter). For
// operators: one at the address given.
#pragma once

#include "tftpd/base/clock.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace branchline {

/// Accepts until it is destroyed. Everything but open() happens on the io_context's thread.
class Listener {
public:
    using Accepted = std::function<void(boost::asio::ip::tcp::socket)>;

    virtual ~Listener() = default;
    virtual void start(Accepted accepted) = 0;
    /// Hands over those who had connected before this moment, and accepts no more: a port that closes resets nobody.
    virtual void finish() = 0;

    /// Opens both families' sockets on `port`. A family that the kernel does not have is left out. Throws ConfigError, with the
    /// way out, if the port cannot be had; `key` names the setting in the message.
    static std::unique_ptr<Listener> open(boost::asio::io_context& io, std::uint16_t port,
                                          const std::string& key = "http-port");

    /// Opens one socket at `address`, which may come to this machine later.
    static std::unique_ptr<Listener> open_at(boost::asio::io_context& io, const boost::asio::ip::tcp::endpoint& address,
                                             const std::string& key);
};

}  // namespace branchline
