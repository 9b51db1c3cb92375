// One UDP socket bound to the wildcard address of one family, set up as a TFTP server needs it: tells where a datagram was
// sent to (PKTINFO), how many the kernel dropped (SO_RXQ_OVFL), with a receive buffer for a whole branch starting at once.
// Non-blocking. IPv6 sockets carry IPv6 only.
#pragma once

#include "tftpd/base/result.h"

#include <cstdint>

namespace branchline {

enum class Family { v4, v6 };

struct UdpSocketSettings {
    Family family = Family::v4;
    std::uint16_t port = 0;   ///< 0 = the kernel chooses
    bool shared = false;      ///< SO_REUSEPORT: each thread has its own socket on the same port
    bool timestamps = false;  ///< when a datagram arrived, to know stale ones
    std::uint8_t dscp = 0;    ///< of everything sent
};

class UdpSocket {
public:
    static constexpr int wanted_receive_buffer = 8 << 20;  ///< bytes
    static constexpr int wanted_send_buffer = 4 << 20;     ///< bytes; windows of many phones leave at once

    /// The error is an errno value: EAFNOSUPPORT without that family, EADDRINUSE, EACCES, …
    static Result<UdpSocket, int> open(const UdpSocketSettings& settings);
    UdpSocket(UdpSocket&& other) noexcept;
    UdpSocket& operator=(UdpSocket&& other) noexcept;
    ~UdpSocket();

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] int release();  ///< gives the descriptor away
    [[nodiscard]] Family family() const { return family_; }
    [[nodiscard]] std::uint16_t port() const;                        ///< bound to
    [[nodiscard]] int receive_buffer() const;                        ///< bytes
    [[nodiscard]] bool can_segment() const { return can_segment_; }  ///< UDP_SEGMENT (Linux 4.18)
    void set_dscp(std::uint8_t dscp) const;

    /// An IPv4 socket starts out never fragmenting, which spares the kernel an identifier for each datagram; what is larger
    /// than the link is then refused with EMSGSIZE. From here on it is fragmented. False if that cannot be.
    static bool allow_fragments(int fd);

private:
    UdpSocket(int fd, Family family) : fd_(fd), family_(family) {}
    int fd_ = -1;
    Family family_ = Family::v4;
    bool can_segment_ = false;
};

}  // namespace branchline
