#include "tftpd/tftp/packet.h"

#include "tftpd/base/letters.h"
#include "tftpd/tftp/transfer_options.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace branchline::tftp {
namespace {

// RFC 1350 section 5 and RFC 2347.
constexpr std::uint16_t opcode_read = 1;
constexpr std::uint16_t opcode_write = 2;
constexpr std::uint16_t opcode_data = 3;
constexpr std::uint16_t opcode_ack = 4;
constexpr std::uint16_t opcode_error = 5;
constexpr std::uint16_t opcode_oack = 6;

constexpr std::size_t opcode_size = 2;
constexpr std::size_t short_header_size = 4;  // opcode and block number, or opcode and error code

/// Takes the text up to the next NUL off the front of `rest`. Nothing if there is no NUL.
std::optional<std::string_view> take_text(std::string_view& rest) {
    const auto end = rest.find('\0');
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    const auto text = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return text;
}

OptionList parse_options(std::string_view rest) {
    OptionList options;
    while (options.size() < max_options) {
        const auto name = take_text(rest);
        if (!name) {
            break;
        }
        if (name->empty()) {
            continue;  // Requests padded with NULs are seen; the padding is not an option.
        }
        const auto value = take_text(rest);
        if (!value) {
            break;
        }
        const auto same = [&](const auto& earlier) { return same_letters(earlier.first, *name); };
        if (std::none_of(options.begin(), options.end(), same)) {
            options.emplace_back(*name, *value);
        }
    }
    return options;
}

std::optional<Packet> parse_request(std::string_view rest, bool write) {
    const auto name = take_text(rest);
    if (!name) {
        return std::nullopt;
    }
    const auto mode = take_text(rest);
    if (!mode) {
        return std::nullopt;
    }
    const bool netascii = same_letters(*mode, "netascii");
    if (!netascii && !same_letters(*mode, "octet")) {
        return BadMode{};
    }
    return Request{write, *name, netascii ? Mode::netascii : Mode::octet, parse_options(rest)};
}

/// Appends texts, each ended by NUL, behind what a packet has so far.
class TextWriter {
public:
    TextWriter(ByteSpan into, std::size_t used) : into_(into), used_(used) {}

    void add(std::string_view text) {
        assert(used_ + text.size() + 1 <= into_.size());
        std::memcpy(into_.data() + used_, text.data(), text.size());
        used_ += text.size();
        into_[used_++] = 0;
    }
    void add(const OptionList& options) {
        for (const auto& [name, value] : options) {
            add(name);
            add(value);
        }
    }
    [[nodiscard]] std::size_t used() const { return used_; }

private:
    ByteSpan into_;
    std::size_t used_;
};

}  // namespace

std::optional<Packet> parse(ByteView datagram) {
    if (datagram.size() < opcode_size) {
        return std::nullopt;
    }
    const auto opcode = read_u16(datagram, 0);
    const auto after_opcode = as_text(datagram.subspan(opcode_size));
    switch (opcode) {
        case opcode_read:
        case opcode_write:
            if (datagram.size() > max_request_size) {
                return std::nullopt;
            }
            return parse_request(after_opcode, opcode == opcode_write);
        case opcode_data:
            if (datagram.size() < data_header_size || datagram.size() > data_header_size + largest_block_size) {
                return std::nullopt;
            }
            return Data{read_u16(datagram, opcode_size), datagram.subspan(data_header_size)};
        case opcode_ack:
            if (datagram.size() < short_header_size) {
                return std::nullopt;
            }
            return Ack{read_u16(datagram, opcode_size)};
        case opcode_error: {
            if (datagram.size() < short_header_size) {
                return std::nullopt;
            }
            const auto text = as_text(datagram.subspan(short_header_size));
            return ErrorPacket{static_cast<ErrorCode>(read_u16(datagram, opcode_size)), text.substr(0, text.find('\0'))};
        }
        case opcode_oack:
            if (datagram.size() > max_request_size) {
                return std::nullopt;
            }
            return OptionAck{parse_options(after_opcode)};
        default:
            return std::nullopt;
    }
}

std::size_t write_ack(ByteSpan into, std::uint16_t block) {
    write_u16(into, 0, opcode_ack);
    write_u16(into, opcode_size, block);
    return short_header_size;
}

std::size_t write_data_header(ByteSpan into, std::uint16_t block) {
    write_u16(into, 0, opcode_data);
    write_u16(into, opcode_size, block);
    return data_header_size;
}

std::size_t write_error(ByteSpan into, ErrorCode code, std::string_view text) {
    assert(into.size() > short_header_size);
    write_u16(into, 0, opcode_error);
    write_u16(into, opcode_size, static_cast<std::uint16_t>(code));
    TextWriter writer(into, short_header_size);
    // A NUL inside would end the text for the peer and leave the rest as padding.
    writer.add(text.substr(0, std::min(text.find('\0'), into.size() - short_header_size - 1)));
    return writer.used();
}

std::size_t write_oack(ByteSpan into, const OptionList& options) {
    write_u16(into, 0, opcode_oack);
    TextWriter writer(into, opcode_size);
    writer.add(options);
    return writer.used();
}

std::size_t write_read_request(ByteSpan into, std::string_view name, Mode mode, const OptionList& options) {
    write_u16(into, 0, opcode_read);
    TextWriter writer(into, opcode_size);
    writer.add(name);
    writer.add(mode == Mode::netascii ? "netascii" : "octet");
    writer.add(options);
    return writer.used();
}

}  // namespace branchline::tftp
