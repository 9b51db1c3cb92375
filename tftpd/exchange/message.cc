#include "tftpd/exchange/message.h"

#include "tftpd/trust/tlv.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <functional>

namespace branchline::exchange {
namespace {

using trust::Certificate;

constexpr std::array<std::uint8_t, 3> protocol{'B', 'L', 'X'};
constexpr std::uint8_t version = 1;

constexpr std::uint8_t name_tag = 1;
constexpr std::uint8_t tftp_tag = 2;
constexpr std::uint8_t http_tag = 3;
constexpr std::uint8_t words_tag = 4;
constexpr std::uint8_t first_store_tag = 16;

constexpr std::uint8_t number(Kind kind) {
    return static_cast<std::uint8_t>(kind);
}

bool is_printable(unsigned char letter) {
    return letter >= ' ' && letter < 127;
}

/// One message as it is taken in, element by element.
class Intake {
public:
    explicit Intake(Kind kind) { message_.kind = kind; }

    /// What is wrong with it, or nothing.
    std::string take(std::uint8_t tag, ByteView value) {
        if (tag >= first_store_tag && tag < first_store_tag + trust::store_names.size()) {
            return take_certificate(static_cast<std::size_t>(tag - first_store_tag), value);
        }
        if (tag >= seen_.size() || seen_[tag]) {
            return "an element that is not known, or there twice";
        }
        seen_[tag] = true;
        switch (tag) {
            case name_tag:
                message_.offer.name = as_text(value);
                return is_name(message_.offer.name) ? "" : "a name that no cluster can have";
            case tftp_tag:
                return take_port(message_.offer.tftp_port, value, 1);
            case http_tag:
                return take_port(message_.offer.http_port, value, 0);
            case words_tag:
                message_.words = as_text(value);
                return value.size() <= max_words && std::ranges::all_of(value, is_printable)
                           ? ""
                           : "words that are too long, or none";
            default:
                return "an element that is not known";
        }
    }

    Result<Message> whole() && {
        std::bitset<seen_size> wanted;
        if (message_.kind == Kind::offer) {
            wanted[name_tag] = wanted[tftp_tag] = wanted[http_tag] = true;
        } else if (message_.kind == Kind::no) {
            wanted[words_tag] = true;
        }
        if (seen_ != wanted || (message_.kind != Kind::offer && certificates_ != 0)) {
            return Failure{"a message with an element too many or too few"};
        }
        return std::move(message_);
    }

private:
    static constexpr std::size_t seen_size = words_tag + 1;

    std::string take_certificate(std::size_t store, ByteView value) {
        if (++certificates_ > max_certificates) {
            return "more than " + std::to_string(max_certificates) + " certificates";
        }
        auto certificate = Certificate::parse_der(value);
        if (!certificate) {
            return certificate.error().text;
        }
        message_.offer.certificates[store].push_back(*std::move(certificate));
        return {};
    }

    static std::string take_port(std::uint16_t& port, ByteView value, unsigned least) {
        port = value.size() == 2 ? read_u16(value, 0) : std::uint16_t{0};
        return value.size() == 2 && port >= least ? "" : "a port that is none";
    }

    Message message_;
    std::bitset<seen_size> seen_;
    std::size_t certificates_ = 0;
};

}  // namespace

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= max_name && std::all_of(text.begin(), text.end(), [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
               letter == '.' || letter == '-';
    });
}

Result<Head> parse_head(ByteView bytes) {
    if (bytes.size() != head_size || !std::equal(protocol.begin(), protocol.end(), bytes.begin())) {
        return Failure{"it does not speak this protocol"};
    }
    if (bytes[3] != version) {
        return Failure{"it speaks version " + std::to_string(bytes[3]) + " of this protocol, this box version " +
                       std::to_string(version) + "; update the older one"};
    }
    const Head head{.kind = static_cast<Kind>(bytes[4]), .length = read_u32(bytes, 5)};
    if (bytes[4] < number(Kind::offer) || bytes[4] > number(Kind::no) || head.length > max_length) {
        return Failure{"a message that is not known or too long"};
    }
    return head;
}

Result<Message> parse_message(const Head& head, ByteView elements) {
    Intake intake(head.kind);
    auto fault = trust::TlvReader(elements).each([&](const trust::Tlv& one) { return intake.take(one.tag, one.value); });
    return fault.empty() ? std::move(intake).whole() : Failure{std::move(fault)};
}

Bytes bytes_of(const Message& message) {
    trust::TlvWriter elements;
    if (message.kind == Kind::offer) {
        elements.add(name_tag, as_bytes(message.offer.name));
        elements.add_u16(tftp_tag, message.offer.tftp_port);
        elements.add_u16(http_tag, message.offer.http_port);
        for (std::size_t store = 0; store < message.offer.certificates.size(); ++store) {
            for (const auto& one : message.offer.certificates[store]) {
                elements.add(static_cast<std::uint8_t>(first_store_tag + store), one.der);
            }
        }
    } else if (message.kind == Kind::no) {
        auto words = message.words.substr(0, max_words);
        std::ranges::replace_if(words, std::not_fn(is_printable), '?');
        elements.add(words_tag, as_bytes(words));
    }
    Bytes bytes(protocol.begin(), protocol.end());
    bytes.insert(bytes.end(), {version, number(message.kind), 0, 0, 0, 0});
    write_u32(bytes, 5, static_cast<std::uint32_t>(elements.bytes().size()));
    bytes.insert(bytes.end(), elements.bytes().begin(), elements.bytes().end());
    return bytes;
}

}  // namespace branchline::exchange
