#include "kea-hooks/probe_messages.h"

#include "kea-hooks/first_look.h"
#include "kea-hooks/message4.h"

#include <algorithm>

namespace branchline::hook {
namespace {

constexpr std::size_t ethernet_head = 14;
constexpr std::size_t ip_head = 20;
constexpr std::size_t udp_head = 8;
constexpr std::size_t least_bootp = 300;  // bytes; some servers pass over shorter messages (RFC 1542 2.1)
constexpr std::uint16_t client_port = 68;
constexpr std::uint16_t server_port = 67;
constexpr std::uint8_t udp = 17;

constexpr std::uint8_t from_server = 2;  // BOOTREPLY
constexpr std::uint8_t offer = 2;
constexpr std::uint8_t ack = 5;

constexpr std::uint8_t solicit = 1;
constexpr std::uint8_t advertise = 2;
constexpr std::array<std::uint8_t, 2> uuid_duid{0, 4};

void put_u16(Bytes& bytes, std::size_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value & 0xff));
}

/// RFC 1071.
std::uint16_t checksum(ByteView bytes) {
    std::uint32_t sum = 0;
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
        sum += read_u16(bytes, at);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<std::uint16_t>(~sum & 0xffff);
}

Bytes discover_message(const ProbeMac& mac, std::uint32_t transaction) {
    Bytes message(fixed_fields4);
    message[0] = 1;  // a request
    message[1] = 1;  // Ethernet
    message[2] = static_cast<std::uint8_t>(mac.size());
    write_u32(message, 4, transaction);
    write_u16(message, 10, 0x8000);  // answer by broadcast: we have another address than the one offered
    std::copy(mac.begin(), mac.end(), message.begin() + 28);
    message.insert(message.end(), magic_cookie4.begin(), magic_cookie4.end());
    message.insert(message.end(), {53, 1, 1, 55, 3, 1, 3, 6, 60, static_cast<std::uint8_t>(probe_mark.size())});
    message.insert(message.end(), probe_mark.begin(), probe_mark.end());
    message.push_back(255);
    message.resize(std::max(message.size(), least_bootp));
    return message;
}

}  // namespace

Bytes discover_frame(const ProbeMac& mac, std::uint32_t transaction) {
    const auto message = discover_message(mac, transaction);
    Bytes frame(6, 0xff);
    frame.insert(frame.end(), mac.begin(), mac.end());
    put_u16(frame, 0x0800);
    frame.insert(frame.end(), {0x45, 0});
    put_u16(frame, ip_head + udp_head + message.size());
    frame.insert(frame.end(), {0, 0, 0, 0, 64, udp, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255});
    write_u16(frame, ethernet_head + 10, checksum(ByteView(frame).subspan(ethernet_head, ip_head)));
    put_u16(frame, client_port);
    put_u16(frame, server_port);
    put_u16(frame, udp_head + message.size());
    put_u16(frame, 0);  // no checksum
    frame.insert(frame.end(), message.begin(), message.end());
    return frame;
}

Bytes solicit_message(std::uint32_t transaction) {
    Bytes message{solicit, static_cast<std::uint8_t>(transaction >> 16), static_cast<std::uint8_t>(transaction >> 8),
                  static_cast<std::uint8_t>(transaction)};
    message.insert(message.end(), {0, 1});  // client identifier
    put_u16(message, uuid_duid.size() + probe_mark.size());
    message.insert(message.end(), uuid_duid.begin(), uuid_duid.end());
    message.insert(message.end(), probe_mark.begin(), probe_mark.end());
    message.insert(message.end(), {0, 8, 0, 2, 0, 0});                                 // elapsed time
    message.insert(message.end(), {0, 3, 0, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});  // one address (IA_NA)
    return message;
}

std::optional<Address> server_of_frame(ByteView frame) {
    if (frame.size() < ethernet_head + ip_head || read_u16(frame, 12) != 0x0800) {
        return std::nullopt;
    }
    const auto ip = frame.subspan(ethernet_head);
    const std::size_t head = (ip[0] & 0x0fU) * 4U;
    const bool fragment = (read_u16(ip, 6) & 0x1fff) != 0;
    if (ip[0] >> 4 != 4 || head < ip_head || ip[9] != udp || fragment || ip.size() < head + udp_head ||
        read_u16(ip, head + 2) != client_port) {
        return std::nullopt;
    }
    const auto message = ip.subspan(head + udp_head);
    const auto options = options4_of(message);
    if (!options || message[0] != from_server) {
        return std::nullopt;
    }
    std::uint8_t type = 0;
    auto server = Address::of(ip.subspan(12, 4));
    const bool whole = for_each_option4(*options, [&](std::uint8_t code, ByteView data) {
        if (code == 53 && data.size() == 1) {
            type = data[0];
        } else if (code == 54 && data.size() == 4) {
            server = Address::of(data);
        }
    });
    return whole && (type == offer || type == ack) ? std::optional(server) : std::nullopt;
}

std::optional<ByteView> server_of_advertise(ByteView message, std::uint32_t transaction) {
    if (message.size() < 4 || message[0] != advertise || message[1] != (transaction >> 16 & 0xff) ||
        read_u16(message, 2) != (transaction & 0xffff)) {
        return std::nullopt;
    }
    const auto look = first_look6(message);
    return look ? look->server : ByteView();
}

bool is_probe_duid(ByteView duid) {
    return duid.size() == uuid_duid.size() + probe_mark.size() &&
           std::equal(uuid_duid.begin(), uuid_duid.end(), duid.begin()) &&
           as_text(duid.subspan(uuid_duid.size())) == probe_mark;
}

}  // namespace branchline::hook
