#include "kea-hooks/rogue_probe.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace branchline::hook {
namespace {

constexpr std::uint16_t client6_port = 546;
constexpr std::uint16_t server6_port = 547;
constexpr std::size_t largest_message = 2048;  // bytes; more of an answer is not needed
constexpr in6_addr all_servers{{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0, 0x02}}};  // RFC 8415 7.1

/// IPv4, UDP, no later fragment, to port 68: everything else stays in the kernel.
bool filter_for_answers(int descriptor) {
    std::array<sock_filter, 11> program{{
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 7),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 5),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1fff, 3, 0),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
        BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 68, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, largest_message),
    }};
    const sock_fprog given{static_cast<unsigned short>(program.size()), program.data()};
    return ::setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &given, sizeof given) == 0;
}

/// Does Kea serve the interface of that name? Its list has names, names with an address ("eth0/192.0.2.1"), and "*".
bool serves(const std::vector<std::string>& interfaces, std::string_view name) {
    return std::any_of(interfaces.begin(), interfaces.end(), [name](std::string_view one) {
        const auto of_interface = one.substr(0, one.find('/'));
        return of_interface == "*" || of_interface == name;
    });
}

}  // namespace

RogueProbe::~RogueProbe() {
    close_all();
}

void RogueProbe::close_all() {
    for (const auto& [index, link] : links_) {
        ::close(link.descriptor);
    }
    links_.clear();
}

bool RogueProbe::open(Link& link, int interface, const char* name) const {
    const bool v4 = family_ == Family::v4;
    // The packet socket takes nothing in before the filter is there: protocol 0 until it is bound.
    link.descriptor = v4 ? ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
                         : ::socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (link.descriptor < 0) {
        return false;
    }
    bool good = false;
    if (v4) {
        ifreq request{};
        std::strncpy(request.ifr_name, name, IF_NAMESIZE - 1);
        sockaddr_ll where{};
        where.sll_family = AF_PACKET;
        where.sll_protocol = htons(ETH_P_IP);
        where.sll_ifindex = interface;
        good = ::ioctl(link.descriptor, SIOCGIFHWADDR, &request) == 0 && filter_for_answers(link.descriptor) &&
               ::bind(link.descriptor, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
        std::copy_n(reinterpret_cast<const std::uint8_t*>(request.ifr_hwaddr.sa_data), link.mac.size(), link.mac.begin());
    } else {
        const int on = 1;
        const int off = 0;
        sockaddr_in6 where{};
        where.sin6_family = AF_INET6;
        where.sin6_port = htons(client6_port);
        good =
            ::setsockopt(link.descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
            ::setsockopt(link.descriptor, SOL_SOCKET, SO_BINDTODEVICE, name, static_cast<socklen_t>(std::strlen(name))) == 0 &&
            ::setsockopt(link.descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0 &&
            ::setsockopt(link.descriptor, IPPROTO_IPV6, IPV6_MULTICAST_IF, &interface, sizeof interface) == 0 &&
            ::setsockopt(link.descriptor, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof off) == 0 &&
            ::bind(link.descriptor, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
    }
    if (!good) {
        ::close(link.descriptor);
        link.descriptor = -1;
    }
    return good;
}

/// Sockets for the links that there are now. One that cannot be opened is tried again the next time.
void RogueProbe::follow(const std::vector<std::string>& interfaces, const InterfaceMap& addresses) {
    std::erase_if(links_, [&](const auto& entry) {
        const bool gone = !addresses.contains(entry.first);
        if (gone) {
            ::close(entry.second.descriptor);
        }
        return gone;
    });
    for (const auto& [index, lists] : addresses) {
        const auto& own = family_ == Family::v4 ? lists.v4 : lists.v6;
        std::array<char, IF_NAMESIZE> name{};
        if (own.empty() || links_.contains(index) || links_.size() >= max_links ||
            ::if_indextoname(static_cast<unsigned>(index), name.data()) == nullptr || !serves(interfaces, name.data())) {
            continue;
        }
        Link link;
        if (open(link, index, name.data())) {
            links_[index] = link;
        }
    }
}

bool RogueProbe::ask(Link& link, int interface) const {
    static std::random_device random;
    link.transaction = random();
    if (family_ == Family::v4) {
        const auto frame = discover_frame(link.mac, link.transaction);
        return ::send(link.descriptor, frame.data(), frame.size(), MSG_DONTWAIT) >= 0;
    }
    link.transaction &= 0xffffff;
    const auto message = solicit_message(link.transaction);
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(server6_port);
    to.sin6_addr = all_servers;
    to.sin6_scope_id = static_cast<std::uint32_t>(interface);
    return ::sendto(link.descriptor, message.data(), message.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to),
                    sizeof to) >= 0;
}

void RogueProbe::hear(const Link& link, std::vector<Heard>& heard) const {
    std::array<std::uint8_t, largest_message> buffer;
    for (int i = 0; i < max_heard; ++i) {
        sockaddr_in6 from{};
        socklen_t from_size = sizeof from;
        const bool v4 = family_ == Family::v4;
        const auto got = v4 ? ::recv(link.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT)
                            : ::recvfrom(link.descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT,
                                         reinterpret_cast<sockaddr*>(&from), &from_size);
        if (got < 0) {
            return;
        }
        const ByteView message(buffer.data(), static_cast<std::size_t>(got));
        if (v4) {
            if (const auto server = server_of_frame(message)) {
                heard.push_back({*server});
            }
        } else if (const auto duid = server_of_advertise(message, link.transaction)) {
            heard.push_back(
                {Address::of({from.sin6_addr.s6_addr, sizeof from.sin6_addr.s6_addr}), {duid->begin(), duid->end()}});
        }
    }
}

void RogueProbe::hurry() {
    for (auto& [index, link] : links_) {
        link.next_round = {};
    }
}

std::vector<RogueProbe::Heard> RogueProbe::look(const std::vector<std::string>& interfaces, std::chrono::seconds interval,
                                                const InterfaceMap& addresses, TimePoint now) {
    std::vector<Heard> heard;
    if (interval == std::chrono::seconds::zero()) {
        close_all();
        return heard;
    }
    follow(interfaces, addresses);
    for (auto& [index, link] : links_) {
        hear(link, heard);
        if (now >= link.next_round) {
            link.next_round = now + interval;
            link.again = ask(link, index) ? now + asked_again : now;
        } else if (link.again != TimePoint{} && now >= link.again && ask(link, index)) {
            link.again = {};
        }
    }
    return heard;
}

}  // namespace branchline::hook
