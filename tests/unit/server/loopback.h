// A client's socket on the loopback interface, for the tests of the drivers. Waits are bounded: what does not come in two
// seconds does not come.
#pragma once

#include "tests/unit/server/support.h"
#include "tftpd/base/bytes.h"
#include "tftpd/server/peer.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <string>

namespace branchline {

class LoopbackClient {
public:
    explicit LoopbackClient(const std::string& address) {
        const auto own = peer(address, 0);
        sockaddr_storage wire{};
        const auto length = own.to(wire);
        fd_ = socket(wire.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        ready_ = bind(fd_, reinterpret_cast<const sockaddr*>(&wire), length) == 0;
    }
    ~LoopbackClient() { close(fd_); }
    LoopbackClient(const LoopbackClient&) = delete;
    LoopbackClient& operator=(const LoopbackClient&) = delete;

    [[nodiscard]] bool ready() const { return ready_; }
    [[nodiscard]] int fd() const { return fd_; }

    [[nodiscard]] Peer own() const {
        sockaddr_storage wire{};
        socklen_t length = sizeof wire;
        getsockname(fd_, reinterpret_cast<sockaddr*>(&wire), &length);
        return Peer::from(wire);
    }

    void send(const Peer& to, const Bytes& bytes) {
        sockaddr_storage wire{};
        const auto length = to.to(wire);
        static_cast<void>(sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&wire), length));
    }

    /// The next datagram; from() tells who sent it.
    std::optional<Bytes> receive(int milliseconds = 2000) {
        pollfd ready{fd_, POLLIN, 0};
        if (poll(&ready, 1, milliseconds) != 1) {
            return std::nullopt;
        }
        Bytes bytes(65536);
        sockaddr_storage wire{};
        socklen_t length = sizeof wire;
        const auto size = recvfrom(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&wire), &length);
        from_ = Peer::from(wire);
        bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return bytes;
    }
    [[nodiscard]] const Peer& from() const { return from_; }

private:
    int fd_ = -1;
    bool ready_ = false;
    Peer from_;
};

}  // namespace branchline
