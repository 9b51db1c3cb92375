// One connection to the admin listener: requests one after the other, each answered whole. Heads of at most 8 KiB, no bodies,
// five seconds for a request to come and an answer to go.
#pragma once

#include "tftpd/http/admin_page.h"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace branchline {

class AdminConnection {
public:
    static constexpr std::chrono::seconds patience{5};
    static constexpr unsigned max_head = 8192;  ///< bytes

    virtual ~AdminConnection() = default;
    virtual void start() = 0;
    virtual void close() = 0;
};

/// `pages` outlive the connection; `ended` is called once, from the connection's own handlers.
std::shared_ptr<AdminConnection> make_admin_connection(boost::asio::ip::tcp::socket socket, const AdminPages& pages,
                                                       std::function<void(const AdminConnection&)> ended);

}  // namespace branchline
