#include "kea-hooks/first_look.h"

#include <array>

namespace branchline::hook {
namespace {

constexpr std::size_t options_begin = 240;  // behind the magic cookie
constexpr std::size_t relay_at = 24;
constexpr std::size_t mac_at = 28;
constexpr std::size_t mac_size = 6;
constexpr std::size_t address_size = 4;
constexpr std::array<std::uint8_t, 4> cookie{99, 130, 83, 99};

}  // namespace

std::optional<FirstLook> first_look(ByteView message) {
    constexpr std::uint8_t from_client = 1;
    if (message.size() < options_begin || message[0] != from_client ||
        !std::equal(cookie.begin(), cookie.end(), message.begin() + options_begin - cookie.size())) {
        return std::nullopt;
    }
    FirstLook look;
    constexpr std::uint8_t ethernet = 1;
    if (message[1] == ethernet && message[2] == mac_size) {
        look.mac = message.subspan(mac_at, mac_size);
    }
    const auto relay = message.subspan(relay_at, address_size);
    if (std::any_of(relay.begin(), relay.end(), [](std::uint8_t byte) { return byte != 0; })) {
        look.relay = Address::of(relay);
    }
    constexpr std::uint8_t pad = 0;
    constexpr std::uint8_t end = 255;
    for (auto rest = message.subspan(options_begin); !rest.empty() && rest[0] != end;) {
        if (rest[0] == pad) {
            rest = rest.subspan(1);
            continue;
        }
        if (rest.size() < 2 || rest.size() < 2U + rest[1]) {
            return std::nullopt;
        }
        const auto data = rest.subspan(2, rest[1]);
        switch (rest[0]) {
            case 53:
                look.type = data.size() == 1 ? data[0] : 0;
                break;
            case 54:
                look.server = data.size() == address_size ? Address::of(data) : Address{};
                break;
            case 60:
                look.vendor_class = data;
                break;
            case 61:
                look.client_id = data;
                break;
            case 124:
                look.vendor_identifying_class = data;
                break;
            default:
                break;
        }
        rest = rest.subspan(2U + rest[1]);
    }
    return look.type == 0 ? std::nullopt : std::optional(look);
}

}  // namespace branchline::hook
