// Bytes as they travel: owned (Bytes), looked at (ByteView), written into (ByteSpan), and numbers in network order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace branchline {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;

/// The 16-bit number in network order at `offset`. The caller has checked that two bytes are there.
constexpr std::uint16_t read_u16(ByteView bytes, std::size_t offset) {
    return static_cast<std::uint16_t>((bytes[offset] << 8) | bytes[offset + 1]);
}

/// Writes `value` in network order at `offset`. The caller has checked that two bytes of room are there.
constexpr void write_u16(ByteSpan bytes, std::size_t offset, std::uint16_t value) {
    bytes[offset] = static_cast<std::uint8_t>(value >> 8);
    bytes[offset + 1] = static_cast<std::uint8_t>(value & 0xff);
}

// The same with 32 bits, which are four bytes.
constexpr std::uint32_t read_u32(ByteView bytes, std::size_t offset) {
    return std::uint32_t{read_u16(bytes, offset)} << 16 | read_u16(bytes, offset + 2);
}
constexpr void write_u32(ByteSpan bytes, std::size_t offset, std::uint32_t value) {
    write_u16(bytes, offset, static_cast<std::uint16_t>(value >> 16));
    write_u16(bytes, offset + 2, static_cast<std::uint16_t>(value & 0xffff));
}

/// The characters of `text` as bytes, not copied.
inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The bytes as characters, not copied.
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A number in network order without the zeros in front of it; empty for zero.
ByteView without_leading_zeros(ByteView number);

/// Text from the wire made fit for a log line or a message: everything outside printable ASCII, and backslash, quote and
/// blank, becomes \xHH; longer than `limit` characters is cut and ends in "...".
std::string escaped(std::string_view text, std::size_t limit = 255);

}  // namespace branchline
