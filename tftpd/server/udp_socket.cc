#include "tftpd/server/udp_socket.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

namespace branchline {

namespace {

bool set(int fd, int level, int option, int value) {
    return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

void set_buffer(int fd, int forced, int plain, int bytes) {
    if (!set(fd, SOL_SOCKET, forced, bytes)) {  // needs CAP_NET_ADMIN
        set(fd, SOL_SOCKET, plain, bytes);      // up to net.core.rmem_max
    }
}

bool bind_wildcard(int fd, Family family, std::uint16_t port) {
    if (family == Family::v4) {
        sockaddr_in any{};
        any.sin_family = AF_INET;
        any.sin_port = htons(port);
        return bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;
    }
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    any.sin6_port = htons(port);
    return bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0;
}

}  // namespace

Result<UdpSocket, int> UdpSocket::open(const UdpSocketSettings& settings) {
    const bool v4 = settings.family == Family::v4;
    const int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return errno;
    }
    UdpSocket opened(fd, settings.family);
    const bool ready = (v4 ? set(fd, IPPROTO_IP, IP_PKTINFO, 1)
                           : set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) && set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)) &&
                       (!settings.shared || set(fd, SOL_SOCKET, SO_REUSEPORT, 1)) &&
                       bind_wildcard(fd, settings.family, settings.port);
    if (!ready) {
        return errno;
    }
    // The rest is good to have; without it we serve all the same.
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, wanted_receive_buffer);
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, wanted_send_buffer);
    set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
    if (v4) {
        set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
    }
    if (settings.timestamps) {
        set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    }
    opened.can_segment_ = set(fd, SOL_UDP, UDP_SEGMENT, 0);
    opened.set_dscp(settings.dscp);
    return opened;
}

UdpSocket::UdpSocket(UdpSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), family_(other.family_), can_segment_(other.can_segment_) {}

UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    family_ = other.family_;
    can_segment_ = other.can_segment_;
    return *this;
}

UdpSocket::~UdpSocket() {
    if (fd_ >= 0) {
        close(fd_);
    }
}

int UdpSocket::release() {
    return std::exchange(fd_, -1);
}

std::uint16_t UdpSocket::port() const {
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    if (getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &length) != 0) {
        return 0;
    }
    in_port_t port = 0;  // at the same place in both families
    std::memcpy(&port, reinterpret_cast<const char*>(&bound) + offsetof(sockaddr_in, sin_port), sizeof port);
    return ntohs(port);
}

int UdpSocket::receive_buffer() const {
    int bytes = 0;
    socklen_t length = sizeof bytes;
    getsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, &length);
    return bytes / 2;  // the kernel counts its own book-keeping in
}

bool UdpSocket::allow_fragments(int fd) {
    return set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT);
}

void UdpSocket::set_dscp(std::uint8_t dscp) const {
    const int traffic_class = dscp << 2;
    if (family_ == Family::v4) {
        set(fd_, IPPROTO_IP, IP_TOS, traffic_class);
    } else {
        set(fd_, IPPROTO_IPV6, IPV6_TCLASS, traffic_class);
    }
}

}  // namespace branchline
