// Tells when a phone that waits for an answer has hung up, so that its connection does not stay counted until the answer comes.
// An end of the phone's sending side counts as hanging up, as it does for nginx: a phone that closed cannot be told from one
// that only says that it asks no more, until something is sent to it.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <functional>

namespace branchline {

/// Calls `then` once, on the socket's executor: true if the other side closed or broke the connection, false if it sent
/// something instead, which stays unread, or if the socket was closed here. `socket` must live until then, or be closed first.
void when_hung_up(boost::asio::ip::tcp::socket& socket, std::function<void(bool hung_up)> then);

}  // namespace branchline
