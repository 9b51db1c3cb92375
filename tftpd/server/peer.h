// Who is at the other end of a datagram, and at which of our addresses: small values without heap memory, made for hash tables.
// IPv4 is kept as ::ffff:a.b.c.d so that one table holds both families; on the wire the sockets stay separate (no mapped
// addresses, IPV6_V6ONLY).
#pragma once

#include "tftpd/config/config.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

struct sockaddr_storage;

namespace branchline {

using AddressBytes = std::array<std::uint8_t, 16>;

/// What a limit counts by: an IPv4 address, an IPv6 /64, or one link-local address (a whole link shares fe80::/64).
struct ClientKey {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    bool operator==(const ClientKey&) const = default;
};

struct Peer {
    AddressBytes address{};
    std::uint32_t scope = 0;  ///< interface index of a link-local address, else 0
    std::uint16_t port = 0;

    bool operator==(const Peer&) const = default;
    [[nodiscard]] bool is_v4() const;
    [[nodiscard]] IpAddress ip() const;
    [[nodiscard]] std::string text() const;       ///< the address alone, for the log
    [[nodiscard]] std::string full_text() const;  ///< address:port or [address]:port
    [[nodiscard]] ClientKey client() const;

    static Peer from(const IpAddress& ip, std::uint16_t port);
    static Peer from(const sockaddr_storage& wire);
    /// Fills `wire` and returns its length in bytes.
    [[nodiscard]] unsigned to(sockaddr_storage& wire) const;
};

/// Our own end: the address that was asked, which every answer leaves from, and the interface the request came in on.
struct LocalAddress {
    AddressBytes address{};
    unsigned interface_index = 0;
    bool operator==(const LocalAddress&) const = default;
    [[nodiscard]] IpAddress ip() const;
};

/// Keyed with a number drawn when the process starts, so that nobody can choose addresses that all fall into one bucket.
[[nodiscard]] std::size_t keyed_hash(std::uint64_t first, std::uint64_t second, std::uint64_t third);

struct PeerHash {
    std::size_t operator()(const Peer& peer) const;
};
struct ClientKeyHash {
    std::size_t operator()(const ClientKey& key) const { return keyed_hash(key.high, key.low, 0); }
};

[[nodiscard]] bool is_v4(const AddressBytes& address);
[[nodiscard]] bool is_link_local_v6(const AddressBytes& address);
[[nodiscard]] AddressBytes to_bytes(const IpAddress& ip);
[[nodiscard]] IpAddress to_ip(const AddressBytes& address, std::uint32_t scope);

}  // namespace branchline
