// The elements that Cisco's signed files and trust lists are made of: one byte tag, two bytes length in network order, value.
// What a value means is not known here. Sizes come from whoever made the file and are held against the bytes that are there.
//
//   0C 0100 <256 bytes>      tag 12, length 256
//   0D                       padding, in headers only: a tag 13 is one byte, with neither length nor value
//
// A container's value is again such elements.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace branchline::trust {

struct Tlv {
    std::uint8_t tag = 0;
    ByteView value;
    std::size_t offset = 0;  ///< of the tag, from the beginning of what is read
};

inline constexpr std::size_t tlv_head_size = 3;  ///< bytes of tag and length
inline constexpr std::uint8_t padding_tag = 13;

/// Reads elements one after another.
class TlvReader {
public:
    enum class Padding { none, single_bytes };  ///< is a tag 13 a lone byte here?

    explicit TlvReader(ByteView bytes, Padding padding = Padding::none) : bytes_(bytes), padding_(padding) {}

    /// The next element; none at the end; a Failure if it does not fit into what is left. Padding is left out.
    Result<std::optional<Tlv>> next();

    /// Hands what is left, one element after another, to `take`, which says what is wrong with it, or "". Returns the first
    /// fault, take's or next()'s; "" if there was none.
    template <typename Take>
    std::string each(Take take) {
        for (;;) {
            const auto element = next();
            if (!element) {
                return element.error().text;
            }
            if (!*element) {
                return {};
            }
            if (auto fault = take(**element); !fault.empty()) {
                return fault;
            }
        }
    }

    [[nodiscard]] std::size_t offset() const { return at_; }  ///< of what next() looks at first

private:
    ByteView bytes_;
    Padding padding_;
    std::size_t at_ = 0;
};

/// Writes elements one after another. Values are at most 65,535 bytes; that is the caller's to know.
class TlvWriter {
public:
    void add(std::uint8_t tag, ByteView value);
    void add_u8(std::uint8_t tag, std::uint8_t value);
    void add_u16(std::uint8_t tag, std::uint16_t value);
    void add_u32(std::uint8_t tag, std::uint32_t value);
    void add_text(std::uint8_t tag, std::string_view text);  ///< with the NUL that ends it
    void add_padding(std::size_t bytes);
    /// An element whose value is what another writer has written.
    void add(std::uint8_t tag, const TlvWriter& children) { add(tag, ByteView(children.bytes_)); }

    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    Bytes& bytes() { return bytes_; }

private:
    Bytes bytes_;
};

/// A text element's characters: without the NUL that ends it, which some makers leave out. None if a NUL stands inside.
std::optional<std::string_view> text_of(ByteView value);

}  // namespace branchline::trust
