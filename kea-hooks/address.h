// An IP address as the hook's own parts handle it: bytes, ordered, no allocation, no Kea headers. Text goes in at configuration
// time and comes out in events and messages; packets see bytes only.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace branchline::hook {

enum class Family : std::uint8_t { v4 = 4, v6 = 6 };

struct Address {
    std::uint8_t size = 0;                 ///< 4, 16, or 0 for none
    std::array<std::uint8_t, 16> bytes{};  ///< network order, the first `size` of them

    static Address of(std::span<const std::uint8_t> network_order) {
        Address made;
        made.size = static_cast<std::uint8_t>(std::min<std::size_t>(network_order.size(), 16));
        std::copy_n(network_order.begin(), made.size, made.bytes.begin());
        return made;
    }

    [[nodiscard]] bool empty() const { return size == 0; }
    [[nodiscard]] Family family() const { return size == 4 ? Family::v4 : Family::v6; }
    [[nodiscard]] std::span<const std::uint8_t> view() const { return {bytes.data(), size}; }
    auto operator<=>(const Address&) const = default;  ///< IPv4 before IPv6, then by bytes
};

/// A network prefix; `length` in bits.
struct Prefix {
    Address address;
    unsigned length = 0;

    [[nodiscard]] bool contains(const Address& other) const;
};

std::optional<Address> parse_address(const std::string& text);  ///< none if `text` is no IPv4 or IPv6 address
std::string to_text(const Address& address);                    ///< empty for none

bool is_multicast(const Address& address);
bool is_unspecified(const Address& address);
bool is_loopback(const Address& address);
bool is_link_local(const Address& address);    ///< 169.254/16, fe80::/10
bool is_unique_local(const Address& address);  ///< fc00::/7 (RFC 4193)

}  // namespace branchline::hook
