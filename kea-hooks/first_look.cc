#include "kea-hooks/first_look.h"

#include "kea-hooks/message4.h"

#include <algorithm>

namespace branchline::hook {
namespace {

constexpr std::size_t relay_at = 24;
constexpr std::size_t mac_at = 28;
constexpr std::size_t mac_size = 6;
constexpr std::size_t address_size = 4;

constexpr std::size_t options6_begin = 4;  // behind type and transaction
constexpr std::uint8_t first_of_relays = 12;
constexpr std::size_t before_class_text = 6;  // the enterprise's number and the text's length

ByteView first_class_text(ByteView option_16) {
    if (option_16.size() < before_class_text) {
        return {};
    }
    const auto text = option_16.subspan(before_class_text);
    return text.first(std::min<std::size_t>(text.size(), read_u16(option_16, before_class_text - 2)));
}

}  // namespace

std::optional<FirstLook> first_look(ByteView message) {
    constexpr std::uint8_t from_client = 1;
    const auto options = options4_of(message);
    if (!options || message[0] != from_client) {
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
    const bool whole = for_each_option4(*options, [&](std::uint8_t code, ByteView data) {
        switch (code) {
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
    });
    return !whole || look.type == 0 ? std::nullopt : std::optional(look);
}

std::optional<FirstLook6> first_look6(ByteView message) {
    if (message.size() < options6_begin || message[0] == 0 || message[0] >= first_of_relays) {
        return std::nullopt;
    }
    FirstLook6 look;
    look.type = message[0];
    constexpr std::size_t option_head = 4;
    for (auto rest = message.subspan(options6_begin); !rest.empty();) {
        if (rest.size() < option_head || rest.size() < option_head + read_u16(rest, 2)) {
            return std::nullopt;
        }
        const auto data = rest.subspan(option_head, read_u16(rest, 2));
        switch (read_u16(rest, 0)) {
            case 1:
                look.duid = data;
                break;
            case 2:
                look.server = data;
                break;
            case 16:
                look.vendor_class = first_class_text(data);
                break;
            default:
                break;
        }
        rest = rest.subspan(option_head + data.size());
    }
    return look;
}

}  // namespace branchline::hook
