#include "tftpd/server/receive_batch.h"

#include <cstring>
#include <ctime>

namespace branchline {

namespace {

template <typename T>
T value_of(const cmsghdr* message) {
    T value;
    std::memcpy(&value, CMSG_DATA(message), sizeof value);
    return value;
}

void read_v4(const in_pktinfo& info, Incoming& into) {
    in_addr destination = info.ipi_addr;
    const auto host = ntohl(destination.s_addr);
    // For what came to a broadcast address the kernel names one of our own as the one to answer from.
    into.unicast = info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr && !IN_MULTICAST(host) && host != INADDR_BROADCAST;
    into.to.address = to_bytes(boost::asio::ip::address_v4(host));
    into.to.interface_index = static_cast<unsigned>(info.ipi_ifindex);
}

void read_v6(const in6_pktinfo& info, Incoming& into) {
    into.unicast = !IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
    std::memcpy(into.to.address.data(), &info.ipi6_addr, into.to.address.size());
    into.to.interface_index = info.ipi6_ifindex;
}

}  // namespace

ReceiveBatch::ReceiveBatch() {
    for (std::size_t index = 0; index < size; ++index) {
        parts_[index] = {data_[index].data(), room};
        headers_[index] = {};
        auto& header = headers_[index].msg_hdr;
        header.msg_name = &from_[index];
        header.msg_iov = &parts_[index];
        header.msg_iovlen = 1;
        header.msg_control = control_[index].bytes.data();
    }
}

std::size_t ReceiveBatch::receive(int fd) {
    for (auto& header : headers_) {  // the kernel overwrites the lengths
        header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
        header.msg_hdr.msg_controllen = sizeof(Control::bytes);
    }
    kernel_drops_.reset();
    const int count = recvmmsg(fd, headers_.data(), size, MSG_DONTWAIT, nullptr);
    if (count <= 0) {
        return 0;
    }
    auto& last = headers_[static_cast<std::size_t>(count) - 1].msg_hdr;
    for (auto* message = CMSG_FIRSTHDR(&last); message != nullptr; message = CMSG_NXTHDR(&last, message)) {
        if (message->cmsg_level == SOL_SOCKET && message->cmsg_type == SO_RXQ_OVFL) {
            kernel_drops_ = value_of<std::uint32_t>(message);
        }
    }
    return static_cast<std::size_t>(count);
}

Incoming ReceiveBatch::at(std::size_t index, SocketNumber socket, std::chrono::nanoseconds wall_clock_now) const {
    Incoming incoming;
    incoming.socket = socket;
    incoming.from = Peer::from(from_[index]);
    auto header = headers_[index].msg_hdr;
    incoming.truncated = (header.msg_flags & MSG_TRUNC) != 0;
    incoming.bytes = ByteView(data_[index].data(), headers_[index].msg_len);
    for (auto* message = CMSG_FIRSTHDR(&header); message != nullptr; message = CMSG_NXTHDR(&header, message)) {
        if (message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_PKTINFO) {
            read_v4(value_of<in_pktinfo>(message), incoming);
        } else if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO) {
            read_v6(value_of<in6_pktinfo>(message), incoming);
        } else if (message->cmsg_level == SOL_SOCKET && message->cmsg_type == SCM_TIMESTAMPNS) {
            const auto stamp = value_of<timespec>(message);
            const auto age = wall_clock_now - std::chrono::seconds(stamp.tv_sec) - std::chrono::nanoseconds(stamp.tv_nsec);
            // The wall clock may jump while a datagram waits, at start above all; nothing waits for an hour.
            if (age >= age.zero() && age < std::chrono::hours(1)) {
                incoming.age = age;
            }
        }
    }
    return incoming;
}

}  // namespace branchline
