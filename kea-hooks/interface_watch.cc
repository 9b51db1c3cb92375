#include "kea-hooks/interface_watch.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

namespace branchline::hook {
namespace {

constexpr std::size_t align4(std::size_t size) {
    return (size + 3) & ~std::size_t{3};
}
constexpr std::size_t receive_size = 32 * 1024;  ///< the kernel never fills more into one datagram of a dump
constexpr int max_datagrams_at_once = 256;
constexpr int receive_buffer = 1024 * 1024;

template <typename T>
bool copy_from(ByteView bytes, std::size_t at, T& into) {
    if (at + sizeof(T) > bytes.size()) {
        return false;
    }
    std::memcpy(&into, bytes.data() + at, sizeof(T));
    return true;
}

}  // namespace

void AddressDump::begin(std::uint32_t sequence) {
    sequence_ = sequence;
    interrupted_ = false;
    gathered_.clear();
}

AddressDump::Outcome AddressDump::feed(ByteView datagram) {
    auto outcome = Outcome::nothing;
    std::size_t at = 0;
    nlmsghdr header{};
    while (copy_from(datagram, at, header)) {
        if (header.nlmsg_len < sizeof header || at + header.nlmsg_len > datagram.size()) {
            break;
        }
        const auto body = datagram.subspan(at + sizeof header, header.nlmsg_len - sizeof header);
        const bool ours = header.nlmsg_seq == sequence_ && sequence_ != 0;
        if (!ours) {
            const auto type = header.nlmsg_type;
            if (type == RTM_NEWADDR || type == RTM_DELADDR || type == RTM_NEWLINK || type == RTM_DELLINK) {
                outcome = Outcome::news;
            }
        } else if (header.nlmsg_type == NLMSG_DONE) {
            return interrupted_ ? Outcome::failed : Outcome::done;
        } else if (header.nlmsg_type == NLMSG_ERROR) {
            return Outcome::failed;
        } else if (header.nlmsg_type == RTM_NEWADDR) {
            interrupted_ = interrupted_ || (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
            add(body);
        }
        at += align4(header.nlmsg_len);
        if (at >= datagram.size()) {
            break;
        }
    }
    return outcome;
}

void AddressDump::add(ByteView message) {
    ifaddrmsg info{};
    if (!copy_from(message, 0, info) || (info.ifa_family != AF_INET && info.ifa_family != AF_INET6)) {
        return;
    }
    std::uint32_t flags = info.ifa_flags;
    Address address;
    Address local;
    const std::size_t size = info.ifa_family == AF_INET ? 4 : 16;
    std::size_t at = align4(sizeof info);
    rtattr attribute{};
    while (copy_from(message, at, attribute) && attribute.rta_len >= sizeof attribute &&
           at + attribute.rta_len <= message.size()) {
        const auto value = message.subspan(at + sizeof attribute, attribute.rta_len - sizeof attribute);
        if (attribute.rta_type == IFA_ADDRESS && value.size() == size) {
            address = Address::of(value);
        } else if (attribute.rta_type == IFA_LOCAL && value.size() == size) {
            local = Address::of(value);  // on a point-to-point link IFA_ADDRESS is the other end's
        } else if (attribute.rta_type == IFA_FLAGS) {
            copy_from(value, 0, flags);
        }
        at += align4(attribute.rta_len);
        if (at >= message.size()) {
            break;
        }
    }
    const auto own = local.empty() ? address : local;
    constexpr std::uint32_t unusable = IFA_F_TENTATIVE | IFA_F_DADFAILED;
    const bool v6 = info.ifa_family == AF_INET6;
    if (own.empty() || is_loopback(own) || (flags & unusable) != 0) {
        return;
    }
    // IFA_F_SECONDARY and IFA_F_TEMPORARY are one bit with a meaning for each family.
    if (v6 && (is_link_local(own) || (flags & IFA_F_TEMPORARY) != 0)) {
        return;
    }
    auto& lists = gathered_[static_cast<int>(info.ifa_index)];
    (v6 ? lists.v6 : lists.v4)
        .push_back({own, !v6 && (flags & IFA_F_SECONDARY) != 0, v6 && (flags & IFA_F_DEPRECATED) != 0,
                    (flags & IFA_F_PERMANENT) != 0});
}

InterfaceMap AddressDump::take() {
    for (auto& [index, lists] : gathered_) {
        put_in_order(lists);
    }
    return std::exchange(gathered_, {});
}

InterfaceWatch::~InterfaceWatch() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Result<bool> InterfaceWatch::open() {
    descriptor_ = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (descriptor_ < 0) {
        return Failure{std::string("no netlink socket: ") + std::strerror(errno)};
    }
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_nl name{};
    name.nl_family = AF_NETLINK;
    name.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&name), sizeof name) < 0) {
        return Failure{std::string("the netlink socket cannot listen: ") + std::strerror(errno)};
    }
    ask_again();
    return true;
}

void InterfaceWatch::ask_again() {
    struct {
        nlmsghdr header;
        ifaddrmsg body;
    } request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = RTM_GETADDR;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.header.nlmsg_seq = ++sequence_ == 0 ? ++sequence_ : sequence_;
    request.body.ifa_family = AF_UNSPEC;
    dump_.begin(sequence_);
    stale_ = false;
    asking_ = ::send(descriptor_, &request, sizeof request, MSG_DONTWAIT) == static_cast<ssize_t>(sizeof request);
}

bool InterfaceWatch::handle_input() {
    alignas(nlmsghdr) std::array<std::uint8_t, receive_size> buffer;
    bool changed = false;
    for (int i = 0; i < max_datagrams_at_once; ++i) {
        sockaddr_nl from{};
        socklen_t from_size = sizeof from;
        const auto got =
            ::recvfrom(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &from_size);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno == ENOBUFS) {
                asking_ = false;  // the end of a running dump may be among what was lost
                stale_ = true;
                continue;
            }
            break;
        }
        if (from.nl_pid != 0) {
            continue;  // only the kernel is believed
        }
        switch (dump_.feed({buffer.data(), static_cast<std::size_t>(got)})) {
            case AddressDump::Outcome::nothing:
                break;
            case AddressDump::Outcome::news:
                stale_ = true;
                break;
            case AddressDump::Outcome::done:
                addresses_ = dump_.take();
                asking_ = false;
                changed = true;
                break;
            case AddressDump::Outcome::failed:
                asking_ = false;
                stale_ = true;
                break;
        }
    }
    if (stale_ && !asking_) {
        ask_again();
    }
    return changed;
}

}  // namespace branchline::hook
