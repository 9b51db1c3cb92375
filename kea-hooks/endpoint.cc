#include "kea-hooks/endpoint.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace branchline::hook {
namespace {

// What follows "Cisco Systems, Inc. ". Routers and switches of the same maker send other words and are no phones.
constexpr std::array<std::string_view, 4> kinds{"IP Phone", "Wireless Phone", "ATA", "Analog Telephone"};

std::uint32_t read_u32(ByteView bytes, std::size_t at) {
    return (static_cast<std::uint32_t>(read_u16(bytes, at)) << 16) | read_u16(bytes, at + 2);
}

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

bool asks_for(ByteView option_request, std::uint16_t code) {
    for (std::size_t at = 0; at + 1 < option_request.size(); at += 2) {
        if (read_u16(option_request, at) == code) {
            return true;
        }
    }
    return false;
}

}  // namespace branchline::hook
