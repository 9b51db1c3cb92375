// What passes between the sockets and the transfers: one datagram that came in, and the place where outgoing ones are
// written. The transfers know sockets only by number, so that they can be tested without any.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/clock.h"
#include "tftpd/server/peer.h"

#include <cstdint>
#include <optional>

namespace branchline {

/// Which of a thread's sockets: an index into its table.
using SocketNumber = std::uint16_t;

struct Incoming {
    SocketNumber socket = 0;
    Peer from;
    LocalAddress to;
    bool unicast = true;            ///< false: sent to a broadcast or multicast address
    bool truncated = false;         ///< larger than anything we take
    std::optional<Duration> age{};  ///< how long it lay in the kernel, if known
    ByteView bytes;                 ///< valid until the next batch is received
};

/// Collects datagrams and sends them when the whole batch of input has been worked on.
class Outbox {
public:
    virtual ~Outbox() = default;

    /// Room for one datagram of up to `bytes` (at most 65,507).
    [[nodiscard]] virtual ByteSpan room(std::size_t bytes) = 0;

    /// The first `bytes` of the last room() go out by `socket`, from our address `from`.
    virtual void send(std::size_t bytes, SocketNumber socket, const Peer& to, const LocalAddress& from) = 0;
};

}  // namespace branchline
