// Where the hook's lease events arrive: a datagram socket that Kea's processes may write to. Every datagram is decoded, counted
// (lease-events-received, lease-events-malformed) and put into the lease table; nothing is ever answered.
//
// The socket is a file in a directory that is not ours alone: a file left by a daemon that died is replaced, one that a running
// daemon listens on is not, and when the file vanishes (systemd empties Kea's run-time directory when Kea stops) it is made
// anew within seconds.
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/phones/lease_table.h"

#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;  // NOLINT(readability-identifier-naming): the library's name
}

namespace branchline {

class EventReceiver {
public:
    /// Called on the receiver's thread after the table was updated.
    using Listener = std::function<void(const api::LeaseEvent&)>;

    /// `table` outlives the receiver.
    explicit EventReceiver(LeaseTable& table, Listener listener = {});
    EventReceiver(const EventReceiver&) = delete;
    EventReceiver& operator=(const EventReceiver&) = delete;
    ~EventReceiver();

    /// Listens at `path` on a thread of its own. The Failure names the path and the reason; nothing runs then.
    Result<bool> start(const std::string& path);
    /// The same on the caller's thread: somebody must run `io`, and stop() is called from there or when it no longer runs.
    Result<bool> start(const std::string& path, boost::asio::io_context& io);

    /// Removes the socket file, if it is still ours. May be called twice.
    void stop();

private:
    class Socket;
    LeaseTable& table_;
    Listener listener_;
    std::shared_ptr<Socket> socket_;
};

}  // namespace branchline
