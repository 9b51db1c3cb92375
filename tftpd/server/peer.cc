#include "tftpd/server/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace branchline {

namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

std::uint64_t half(const AddressBytes& address, std::size_t offset) {
    std::uint64_t value = 0;
    std::memcpy(&value, address.data() + offset, sizeof value);
    return value;
}

std::uint64_t mixed(std::uint64_t value) {  // the finishing steps of splitmix64: every input bit reaches every output bit
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
    return value ^ (value >> 31);
}

std::uint64_t process_key() {
    static const std::uint64_t key = [] {
        std::random_device device;
        return (static_cast<std::uint64_t>(device()) << 32) | device();
    }();
    return key;
}

}  // namespace

bool is_v4(const AddressBytes& address) {
    return std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.begin());
}

bool is_link_local_v6(const AddressBytes& address) {
    return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

AddressBytes to_bytes(const IpAddress& ip) {
    AddressBytes bytes{};
    if (ip.is_v4()) {
        std::copy(mapped_prefix.begin(), mapped_prefix.end(), bytes.begin());
        const auto v4 = ip.to_v4().to_bytes();
        std::copy(v4.begin(), v4.end(), bytes.begin() + 12);
    } else {
        const auto v6 = ip.to_v6().to_bytes();
        std::copy(v6.begin(), v6.end(), bytes.begin());
    }
    return bytes;
}

IpAddress to_ip(const AddressBytes& address, std::uint32_t scope) {
    if (is_v4(address)) {
        return boost::asio::ip::address_v4({address[12], address[13], address[14], address[15]});
    }
    boost::asio::ip::address_v6::bytes_type bytes;
    std::copy(address.begin(), address.end(), bytes.begin());
    return boost::asio::ip::address_v6(bytes, is_link_local_v6(address) ? scope : 0);
}

std::size_t keyed_hash(std::uint64_t first, std::uint64_t second, std::uint64_t third) {
    return static_cast<std::size_t>(mixed(mixed(mixed(first ^ process_key()) ^ second) ^ third));
}

std::size_t PeerHash::operator()(const Peer& peer) const {
    return keyed_hash(half(peer.address, 0), half(peer.address, 8), (static_cast<std::uint64_t>(peer.scope) << 16) | peer.port);
}

bool Peer::is_v4() const {
    return branchline::is_v4(address);
}

IpAddress Peer::ip() const {
    return to_ip(address, scope);
}

std::string Peer::text() const {
    return ip().to_string();
}

std::string Peer::full_text() const {
    return is_v4() ? text() + ':' + std::to_string(port) : '[' + text() + "]:" + std::to_string(port);
}

ClientKey Peer::client() const {
    if (is_v4() || is_link_local_v6(address)) {
        return {half(address, 0), half(address, 8)};
    }
    return {half(address, 0), 0};
}

Peer Peer::from(const IpAddress& ip, std::uint16_t port) {
    return {to_bytes(ip), ip.is_v6() ? static_cast<std::uint32_t>(ip.to_v6().scope_id()) : 0, port};
}

Peer Peer::from(const sockaddr_storage& wire) {
    Peer peer;
    if (wire.ss_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, &wire, sizeof v4);
        std::copy(mapped_prefix.begin(), mapped_prefix.end(), peer.address.begin());
        std::memcpy(peer.address.data() + 12, &v4.sin_addr, 4);
        peer.port = ntohs(v4.sin_port);
    } else if (wire.ss_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, &wire, sizeof v6);
        std::memcpy(peer.address.data(), &v6.sin6_addr, 16);
        peer.port = ntohs(v6.sin6_port);
        peer.scope = is_link_local_v6(peer.address) ? v6.sin6_scope_id : 0;
    }
    return peer;
}

unsigned Peer::to(sockaddr_storage& wire) const {
    if (is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&v4.sin_addr, address.data() + 12, 4);
        std::memcpy(&wire, &v4, sizeof v4);
        return sizeof v4;
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    v6.sin6_scope_id = scope;
    std::memcpy(&v6.sin6_addr, address.data(), 16);
    std::memcpy(&wire, &v6, sizeof v6);
    return sizeof v6;
}

IpAddress LocalAddress::ip() const {
    return to_ip(address, interface_index);
}

}  // namespace branchline
