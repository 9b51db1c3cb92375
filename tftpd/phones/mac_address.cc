#include "tftpd/phones/mac_address.h"

#include <charconv>

namespace branchline {
namespace {

std::string in_digits(const MacAddress& mac, std::string_view digits, std::string_view between) {
    std::string text;
    for (const auto byte : mac) {
        if (!text.empty()) {
            text += between;
        }
        text += digits[byte >> 4];
        text += digits[byte & 0xf];
    }
    return text;
}

}  // namespace

std::string to_text(const MacAddress& mac) {
    return in_digits(mac, "0123456789abcdef", ":");
}

std::string to_digits(const MacAddress& mac) {
    return in_digits(mac, "0123456789abcdef", "");
}

std::string device_name(const MacAddress& mac) {
    return "SEP" + in_digits(mac, "0123456789ABCDEF", "");
}

std::optional<MacAddress> mac_from_digits(std::string_view digits) {
    MacAddress mac{};
    if (digits.size() != 2 * mac.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < mac.size(); ++i) {
        const auto* begin = digits.data() + 2 * i;
        const auto [end, error] = std::from_chars(begin, begin + 2, mac[i], 16);
        if (error != std::errc() || end != begin + 2) {
            return std::nullopt;
        }
    }
    return mac;
}

}  // namespace branchline
