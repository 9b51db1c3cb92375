#include "tftpd/trust/tlv.h"

#include <array>
#include <cassert>

namespace branchline::trust {
namespace {

constexpr std::size_t largest_value = 65535;

}  // namespace

Result<std::optional<Tlv>> TlvReader::next() {
    while (padding_ == Padding::single_bytes && at_ < bytes_.size() && bytes_[at_] == padding_tag) {
        ++at_;
    }
    const auto left = bytes_.size() - at_;
    if (left == 0) {
        return std::optional<Tlv>();
    }
    if (left < tlv_head_size) {
        return Failure{"an element is cut off at byte " + std::to_string(at_)};
    }
    const std::size_t size = read_u16(bytes_, at_ + 1);
    if (size > left - tlv_head_size) {
        return Failure{"the element with tag " + std::to_string(bytes_[at_]) + " at byte " + std::to_string(at_) +
                       " is said to have " + std::to_string(size) + " bytes; there are " +
                       std::to_string(left - tlv_head_size)};
    }
    const Tlv found{bytes_[at_], bytes_.subspan(at_ + tlv_head_size, size), at_};
    at_ += tlv_head_size + size;
    return std::optional(found);
}

void TlvWriter::add(std::uint8_t tag, ByteView value) {
    assert(value.size() <= largest_value);
    bytes_.push_back(tag);
    bytes_.push_back(static_cast<std::uint8_t>(value.size() >> 8));
    bytes_.push_back(static_cast<std::uint8_t>(value.size() & 0xff));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
}

void TlvWriter::add_u8(std::uint8_t tag, std::uint8_t value) {
    add(tag, ByteView(&value, 1));
}

void TlvWriter::add_u16(std::uint8_t tag, std::uint16_t value) {
    std::array<std::uint8_t, 2> bytes;
    write_u16(bytes, 0, value);
    add(tag, bytes);
}

void TlvWriter::add_u32(std::uint8_t tag, std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes;
    write_u32(bytes, 0, value);
    add(tag, bytes);
}

void TlvWriter::add_text(std::uint8_t tag, std::string_view text) {
    Bytes value(text.begin(), text.end());
    value.push_back(0);
    add(tag, value);
}

void TlvWriter::add_padding(std::size_t bytes) {
    bytes_.insert(bytes_.end(), bytes, padding_tag);
}

std::optional<std::string_view> text_of(ByteView value) {
    auto text = as_text(value);
    if (text.ends_with('\0')) {
        text.remove_suffix(1);
    }
    if (text.find('\0') != std::string_view::npos) {
        return std::nullopt;
    }
    return text;
}

}  // namespace branchline::trust
