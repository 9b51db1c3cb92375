// One phone's connection to the Trust Verification Service: TLS, then queries, each answered before the next is read. On one
// thread; a phone that takes longer than `patience` for a handshake, a query or an answer is cut off.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/tls/server_context.h"
#include "tftpd/tvs/message.h"

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace branchline::tvs {

inline constexpr std::chrono::seconds patience{10};
inline constexpr unsigned max_queries = 64;  ///< of one connection; then the phone has to connect anew

class Connection {
public:
    virtual ~Connection() = default;
    virtual void start() = 0;
    virtual void close() = 0;
    [[nodiscard]] virtual const IpAddress& phone() const = 0;
};

/// What connections share. Outlives them; used on their thread only.
struct ConnectionHost {
    std::function<std::optional<Known>(const Query&)> look_up;
    std::function<bool(const IpAddress&)> may_ask;  ///< one more query, by the rate limit
    std::function<void(const IpAddress&, const Query&, const std::optional<Known>&)> answered;
    std::function<void(const IpAddress&, const std::string& reason)> refused;
    std::function<void(const Connection&)> ended;  ///< once, as the connection's last deed
};

std::shared_ptr<Connection> make_connection(boost::asio::ip::tcp::socket socket, tls::ServerContextPtr context,
                                            const ConnectionHost& host);

}  // namespace branchline::tvs
