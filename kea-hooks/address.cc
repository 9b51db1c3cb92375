#include "kea-hooks/address.h"

#include <arpa/inet.h>
#include <sys/socket.h>

namespace branchline::hook {

bool Prefix::contains(const Address& other) const {
    if (address.empty() || other.size != address.size || length > address.size * 8u) {
        return false;
    }
    const unsigned whole = length / 8;
    if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, other.bytes.begin())) {
        return false;
    }
    const unsigned rest = length % 8;
    if (rest == 0) {
        return true;
    }
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
    return (address.bytes[whole] & mask) == (other.bytes[whole] & mask);
}

std::optional<Address> parse_address(const std::string& text) {
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
        return Address::of({bytes.data(), 4});
    }
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
        return Address::of(bytes);
    }
    return std::nullopt;
}

std::string to_text(const Address& address) {
    if (address.empty()) {
        return {};
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(address.size == 4 ? AF_INET : AF_INET6, address.bytes.data(), text.data(), static_cast<socklen_t>(text.size()));
    return text.data();
}

bool is_multicast(const Address& address) {
    return address.size == 4 ? (address.bytes[0] & 0xf0) == 0xe0 : address.size == 16 && address.bytes[0] == 0xff;
}

bool is_unspecified(const Address& address) {
    return std::all_of(address.bytes.begin(), address.bytes.begin() + address.size, [](std::uint8_t b) { return b == 0; });
}

bool is_loopback(const Address& address) {
    if (address.size == 4) {
        return address.bytes[0] == 127;
    }
    return address.size == 16 && address.bytes[15] == 1 &&
           std::all_of(address.bytes.begin(), address.bytes.begin() + 15, [](std::uint8_t b) { return b == 0; });
}

bool is_link_local(const Address& address) {
    if (address.size == 4) {
        return address.bytes[0] == 169 && address.bytes[1] == 254;
    }
    return address.size == 16 && address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80;
}

bool is_unique_local(const Address& address) {
    return address.size == 16 && (address.bytes[0] & 0xfe) == 0xfc;
}

}  // namespace branchline::hook
