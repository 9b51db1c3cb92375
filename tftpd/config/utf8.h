// Is a text well-formed UTF-8 (RFC 3629)? Pure.
#pragma once

#include <string_view>

namespace branchline {

/// False for stray and missing continuation bytes, overlong forms, surrogates and code points above U+10FFFF.
bool is_utf8(std::string_view text);

/// Starts a character, or is a stray byte: every byte but 10xxxxxx. Counting these counts characters.
constexpr bool starts_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

}  // namespace branchline
