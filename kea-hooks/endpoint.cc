#include "kea-hooks/endpoint.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace branchline::hook {
namespace {

// What follows "Cisco Systems, Inc. ". Routers and switches of the same maker send other words and are no phones.
constexpr std::array<std::string_view, 4> kinds{"IP Phone", "Wireless Phone", "ATA", "Analog Telephone"};

}  // namespace

bool is_cisco_vendor_class(ByteView option_60) {
    auto text = as_text(option_60);
    if (text.starts_with("Cisco ATA")) {
        return true;
    }
    for (const std::string_view maker : {"Cisco Systems, Inc. ", "Cisco Systems Inc. ", "Cisco Systems, Inc., "}) {
        if (text.starts_with(maker)) {
            const auto rest = text.substr(maker.size());
            return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) { return rest.starts_with(kind); });
        }
    }
    return false;
}

bool names_cisco_enterprise(ByteView data, bool v4_lists) {
    std::size_t at = 0;
    while (data.size() - at >= 4) {
        if (read_u32(data, at) == cisco_enterprise) {
            return true;
        }
        if (!v4_lists || data.size() - at < 5) {
            return false;
        }
        const std::size_t next = at + 5 + data[at + 4];
        if (next > data.size()) {
            return false;
        }
        at = next;
    }
    return false;
}

std::optional<MacBytes> mac_in_duid(ByteView duid) {
    constexpr std::uint16_t link_layer_and_time = 1;
    constexpr std::uint16_t link_layer = 3;
    constexpr std::uint16_t ethernet = 1;
    if (duid.size() < 4 || read_u16(duid, 2) != ethernet) {
        return std::nullopt;
    }
    const auto type = read_u16(duid, 0);
    const std::size_t at = type == link_layer_and_time ? 8 : 4;
    if ((type != link_layer_and_time && type != link_layer) || duid.size() != at + 6) {
        return std::nullopt;
    }
    MacBytes mac{};
    std::copy_n(duid.begin() + static_cast<std::ptrdiff_t>(at), mac.size(), mac.begin());
    return mac;
}

std::optional<MacBytes> mac_in_relay_option(ByteView option_79) {
    constexpr std::uint16_t ethernet = 1;
    MacBytes mac{};
    if (option_79.size() != 2 + mac.size() || read_u16(option_79, 0) != ethernet) {
        return std::nullopt;
    }
    std::copy_n(option_79.begin() + 2, mac.size(), mac.begin());
    return mac;
}

std::optional<MacBytes> mac_in_link_local(const Address& address) {
    const auto& b = address.bytes;
    if (address.size != 16 || !is_link_local(address) || b[11] != 0xff || b[12] != 0xfe) {
        return std::nullopt;
    }
    return MacBytes{static_cast<std::uint8_t>(b[8] ^ 2), b[9], b[10], b[13], b[14], b[15]};
}

bool asks_for(ByteView option_request, std::uint16_t code) {
    for (std::size_t at = 0; at + 1 < option_request.size(); at += 2) {
        if (read_u16(option_request, at) == code) {
            return true;
        }
    }
    return false;
}

}  // namespace branchline::hook
