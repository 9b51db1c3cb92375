// A DHCPv4 message as bytes: where its options begin, and a walk over them (RFC 2131 3, RFC 2132 2). Any bytes may come. Those
// options that are in "file" and "sname" (overload, option 52) are not looked at.
//
//   fixed fields, 236 bytes | magic cookie, 4 bytes | code, length, data | 0 (padding) | code, length, data | ... | 255
#pragma once

#include "tftpd/base/bytes.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace branchline::hook {

inline constexpr std::size_t fixed_fields4 = 236;  ///< bytes
inline constexpr std::array<std::uint8_t, 4> magic_cookie4{99, 130, 83, 99};

/// What comes behind the magic cookie; nothing if there is none.
inline std::optional<ByteView> options4_of(ByteView message) {
    constexpr auto begin = fixed_fields4 + magic_cookie4.size();
    if (message.size() < begin || !std::ranges::equal(message.subspan(fixed_fields4, magic_cookie4.size()), magic_cookie4)) {
        return std::nullopt;
    }
    return message.subspan(begin);
}

/// Calls `take(code, data)` for each option. False if one goes beyond the end.
template <typename Take>
bool for_each_option4(ByteView options, Take take) {
    constexpr std::uint8_t pad = 0;
    constexpr std::uint8_t end = 255;
    while (!options.empty() && options[0] != end) {
        if (options[0] == pad) {
            options = options.subspan(1);
            continue;
        }
        constexpr std::size_t head = 2;  // code and length
        if (options.size() < head || options.size() < head + options[1]) {
            return false;
        }
        take(options[0], options.subspan(head, options[1]));
        options = options.subspan(head + options[1]);
    }
    return true;
}

}  // namespace branchline::hook
