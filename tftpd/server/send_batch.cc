#include "tftpd/server/send_batch.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

namespace branchline {

namespace {

// The segments of a segmented datagram must each fit the link; what is larger leaves alone and is fragmented.
constexpr std::size_t largest_segment = 1500 - 40 - 8;  // bytes: Ethernet's MTU without IPv6 and UDP headers

template <typename T>
std::size_t put_control(std::byte* into, int level, int type, const T& value) {
    cmsghdr header{};
    header.cmsg_level = level;
    header.cmsg_type = type;
    header.cmsg_len = CMSG_LEN(sizeof value);
    std::memset(into, 0, CMSG_SPACE(sizeof value));
    std::memcpy(into, &header, sizeof header);
    std::memcpy(into + CMSG_LEN(0), &value, sizeof value);
    return CMSG_SPACE(sizeof value);
}

std::size_t put_source(std::byte* into, const LocalAddress& from) {
    if (is_v4(from.address)) {
        in_pktinfo info{};
        std::memcpy(&info.ipi_spec_dst, from.address.data() + 12, 4);
        return put_control(into, IPPROTO_IP, IP_PKTINFO, info);
    }
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, from.address.data(), 16);
    // Only a link-local address needs the interface; for others the routing table knows better.
    info.ipi6_ifindex = is_link_local_v6(from.address) ? from.interface_index : 0;
    return put_control(into, IPPROTO_IPV6, IPV6_PKTINFO, info);
}

}  // namespace

/// One entry of a sendmmsg call: `count` datagrams of one window, or one datagram.
struct SendBatch::Message {
    sockaddr_storage to;
    iovec part;
    alignas(cmsghdr) std::array<std::byte, 96> control;
    std::size_t first;
    std::size_t count;
};

SendBatch::SendBatch() : arena_(arena_size), messages_(messages_a_call), headers_(messages_a_call) {}

SendBatch::~SendBatch() = default;

SocketNumber SendBatch::add(int fd, bool can_segment) {
    ways_.push_back({fd, can_segment});
    return static_cast<SocketNumber>(ways_.size() - 1);
}

ByteSpan SendBatch::room(std::size_t bytes) {
    assert(bytes <= arena_size);
    if (arena_size - filled_ < bytes) {
        flush();
    }
    return ByteSpan(arena_).subspan(filled_, bytes);
}

void SendBatch::send(std::size_t bytes, SocketNumber socket, const Peer& to, const LocalAddress& from) {
    auto& way = ways_[socket];
    if (way.waiting.empty()) {
        used_.push_back(socket);
    }
    way.waiting.push_back({filled_, bytes, to, from});
    filled_ += bytes;
}

void SendBatch::flush() {
    for (const auto socket : used_) {
        flush(ways_[socket]);
        ways_[socket].waiting.clear();
    }
    used_.clear();
    filled_ = 0;
}

/// How many datagrams from `first` on may leave as one: same ends, back to back, equal size but for a shorter last one.
std::size_t SendBatch::run_length(const Way& way, std::size_t first) const {
    const auto& head = way.waiting[first];
    if (!way.can_segment || head.bytes == 0 || head.bytes > largest_segment) {
        return 1;
    }
    const auto most = std::min(segments, segmented_size / head.bytes);
    std::size_t count = 1;
    while (count < most && first + count < way.waiting.size()) {
        const auto& before = way.waiting[first + count - 1];
        const auto& next = way.waiting[first + count];
        if (before.bytes != head.bytes || next.bytes > head.bytes || next.bytes == 0 ||
            next.offset != before.offset + before.bytes || !(next.to == head.to) || !(next.from == head.from)) {
            break;
        }
        ++count;
    }
    return count;
}

void SendBatch::flush(Way& way) {
    std::size_t first = 0;
    while (first < way.waiting.size()) {
        std::size_t filled = 0;
        for (; filled < messages_a_call && first < way.waiting.size(); ++filled) {
            const auto& head = way.waiting[first];
            const auto count = run_length(way, first);
            const auto& tail = way.waiting[first + count - 1];
            auto& message = messages_[filled];
            message.first = first;
            message.count = count;
            message.part = {arena_.data() + head.offset, tail.offset + tail.bytes - head.offset};
            auto control = put_source(message.control.data(), head.from);
            if (count > 1) {
                control +=
                    put_control(message.control.data() + control, SOL_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(head.bytes));
            }
            auto& header = headers_[filled].msg_hdr;
            header = {};
            header.msg_name = &message.to;
            header.msg_namelen = head.to.to(message.to);
            header.msg_iov = &message.part;
            header.msg_iovlen = 1;
            header.msg_control = message.control.data();
            header.msg_controllen = control;
            first += count;
        }
        send_messages(way, filled);
    }
}

/// Allows fragments on this socket from now on. True the first time, when trying again makes sense.
bool SendBatch::now_fragments(Way& way) {
    return !std::exchange(way.fragments, true) && UdpSocket::allow_fragments(way.fd);
}

void SendBatch::send_messages(Way& way, std::size_t count) {
    std::size_t sent = 0;
    while (sent < count) {
        const int taken = sendmmsg(way.fd, headers_.data() + sent, static_cast<unsigned>(count - sent), MSG_DONTWAIT);
        if (taken > 0) {
            sent += static_cast<std::size_t>(taken);
            continue;
        }
        if (errno == EAGAIN || errno == ENOBUFS) {
            return;  // the link is full; the timers send again
        }
        if (errno == EMSGSIZE && now_fragments(way)) {
            continue;
        }
        // This one cannot go (no route, our address is gone, too large to be segmented on this link); the next ones may.
        if (messages_[sent].count > 1) {
            send_singly(way, messages_[sent]);
        }
        ++sent;
    }
}

void SendBatch::send_singly(Way& way, const Message& message) {
    for (auto index = message.first; index < message.first + message.count; ++index) {
        const auto& datagram = way.waiting[index];
        auto single = message;
        single.part = {arena_.data() + datagram.offset, datagram.bytes};
        msghdr header{};
        header.msg_name = &single.to;
        header.msg_namelen = datagram.to.to(single.to);
        header.msg_iov = &single.part;
        header.msg_iovlen = 1;
        header.msg_control = single.control.data();
        header.msg_controllen = put_source(single.control.data(), datagram.from);
        if (sendmsg(way.fd, &header, MSG_DONTWAIT) >= 0) {
            continue;
        }
        if (errno == EMSGSIZE && now_fragments(way)) {
            static_cast<void>(sendmsg(way.fd, &header, MSG_DONTWAIT));
        } else if (errno == EAGAIN || errno == ENOBUFS) {
            return;
        }
    }
}

}  // namespace branchline
