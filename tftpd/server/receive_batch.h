// Takes up to 64 datagrams from a socket with one recvmmsg, and says of each who sent it, to which of our addresses it was sent
// and how long it has lain in the kernel. One per thread.
#pragma once

#include "tftpd/server/datagram.h"
#include "tftpd/tftp/packet.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace branchline {

class ReceiveBatch {
public:
    static constexpr std::size_t size = 64;

    ReceiveBatch();

    /// Does not wait. Returns how many there are; 0 also when the socket has an error to tell, which is of no use to us.
    std::size_t receive(int fd);

    /// The one at `index` of those received last.
    [[nodiscard]] Incoming at(std::size_t index, SocketNumber socket, std::chrono::nanoseconds wall_clock_now) const;

    /// The kernel's count of datagrams it dropped on that socket so far, if any datagram received last carried it.
    [[nodiscard]] std::optional<std::uint32_t> kernel_drops() const { return kernel_drops_; }

private:
    static constexpr std::size_t room = tftp::max_request_size + 64;  // bytes; whatever is longer is not for us
    struct alignas(cmsghdr) Control {
        std::array<std::byte, 160> bytes;
    };
    std::array<std::array<std::uint8_t, room>, size> data_;
    std::array<Control, size> control_;
    std::array<sockaddr_storage, size> from_;
    std::array<iovec, size> parts_;
    std::array<mmsghdr, size> headers_;
    std::optional<std::uint32_t> kernel_drops_;
};

}  // namespace branchline
