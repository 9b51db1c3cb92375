// One connection to the admin listener: requests one after the other, each answered whole; or a feed, until one side has
// enough. Heads of at most 8 KiB, bodies of at most 512 KiB, five seconds for a handshake, for a request to come and for an
// answer to go.
//
// One port takes both: a connection whose first byte begins a TLS record (22, RFC 8446 5.1) speaks TLS, as no method of HTTP
// begins so; any other is plain HTTP, which monitoring and tunnels to loopback go on with.
#pragma once

#include "tftpd/http/admin_page.h"
#include "tftpd/tls/server_context.h"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace branchline {

class AdminConnection {
public:
    static constexpr std::chrono::seconds patience{5};
    static constexpr std::chrono::seconds site_patience{30};  ///< for the site to answer; then 504
    static constexpr unsigned max_head = 8192;                ///< bytes
    static constexpr unsigned max_body = 512u << 10;          ///< bytes

    virtual ~AdminConnection() = default;
    virtual void start() = 0;
    virtual void close() = 0;
};

/// `context` null: no TLS. `pages` and `site` (which may be empty) outlive the connection; `ended` is called once, from the
/// connection's own handlers.
std::shared_ptr<AdminConnection> make_admin_connection(boost::asio::ip::tcp::socket socket, tls::ServerContextPtr context,
                                                       const AdminPages& pages, const AdminSite& site,
                                                       std::function<void(const AdminConnection&)> ended);

}  // namespace branchline
