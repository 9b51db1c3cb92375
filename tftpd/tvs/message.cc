#include "tftpd/tvs/message.h"

#include "tftpd/trust/tlv.h"

#include <array>

namespace branchline::tvs {
namespace {

constexpr std::array<std::uint8_t, 2> protocol{0x57, 0x01};
constexpr std::uint8_t answer_flags = 0xf7;  // of every answer that was captured

enum class Tag : std::uint8_t {
    device = 1,
    certificate = 2,
    subject = 3,
    issuer = 4,
    serial = 5,
    status = 7,
    roles = 8,
    lifetime = 9
};
constexpr std::uint8_t known_here = 0;
constexpr std::uint8_t not_known_here = 1;

constexpr std::uint8_t number(Tag tag) {
    return static_cast<std::uint8_t>(tag);
}

std::string take_name(std::string& name, ByteView value) {
    const auto text = trust::text_of(value);
    if (!text || text->empty() || text->size() > max_name) {
        return "a name that is empty, too long or has a NUL inside";
    }
    if (!name.empty()) {
        return "a name that is there twice";
    }
    name = *text;
    return {};
}

/// Takes one element over; what is wrong with it, or nothing. What is not known here is passed over.
std::string take(Query& query, Tag tag, ByteView value) {
    switch (tag) {
        case Tag::device:
            return value.size() > 1 ? take_name(query.device, value.subspan(1)) : std::string();
        case Tag::subject:
            return take_name(query.subject, value);
        case Tag::issuer:
            return take_name(query.issuer, value);
        case Tag::serial:
            if (value.empty() || value.size() > max_serial || !query.serial.empty()) {
                return "a serial number that is empty, too long or there twice";
            }
            query.serial.assign(value.begin(), value.end());
            return {};
        default:
            return {};
    }
}

}  // namespace

Result<Head> parse_head(ByteView bytes) {
    if (bytes.size() < head_size || bytes[0] != protocol[0] || bytes[1] != protocol[1]) {
        return Failure{"not a message of the Trust Verification Service"};
    }
    const Head head{.command = static_cast<Command>(bytes[2]), .session = read_u32(bytes, 4), .length = read_u16(bytes, 8)};
    if (head.length > max_query - head_size) {
        return Failure{"a message of " + std::to_string(head.length) + " bytes"};
    }
    return head;
}

Result<Query> parse_query(const Head& head, ByteView elements) {
    if (head.command != Command::query) {
        return Failure{"the command " + std::to_string(static_cast<unsigned>(head.command)) + ", which is not answered here"};
    }
    Query query{.session = head.session, .device = {}, .subject = {}, .issuer = {}, .serial = {}};
    auto fault = trust::TlvReader(elements).each(
        [&](const trust::Tlv& one) { return take(query, static_cast<Tag>(one.tag), one.value); });
    if (!fault.empty()) {
        return Failure{std::move(fault)};
    }
    if (query.issuer.empty() || query.serial.empty()) {
        return Failure{"no issuer or no serial number"};
    }
    return query;
}

Bytes answer_message(std::uint32_t session, const std::optional<Known>& known) {
    trust::TlvWriter elements;
    elements.add_u8(number(Tag::status), known ? known_here : not_known_here);
    if (known) {
        elements.add(number(Tag::certificate), known->certificate);
        elements.add(number(Tag::roles), known->roles);
        elements.add_u32(number(Tag::lifetime), static_cast<std::uint32_t>(known->lifetime.count()));
    }
    Bytes message{protocol[0], protocol[1], static_cast<std::uint8_t>(Command::answer), answer_flags};
    message.resize(head_size);
    write_u32(message, 4, session);
    write_u16(message, head_size - 2, static_cast<std::uint16_t>(elements.bytes().size()));
    message.insert(message.end(), elements.bytes().begin(), elements.bytes().end());
    return message;
}

}  // namespace branchline::tvs
