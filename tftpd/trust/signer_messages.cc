#include "tftpd/trust/signer_messages.h"

namespace branchline::trust {
namespace {

constexpr std::size_t longest_name = 255;

std::size_t size_of_hash(Digest digest) {
    return digest == Digest::sha1 ? 20 : digest == Digest::sha256 ? 32 : 64;
}

}  // namespace

std::optional<SignerMessage> parse_signer_message(ByteView packet) {
    if (packet.empty() || packet.size() > max_signer_message) {
        return std::nullopt;
    }
    const auto word = static_cast<SignerWord>(packet[0]);
    switch (word) {
        case SignerWord::open:
        case SignerWord::certificate:
        case SignerWord::sign:
        case SignerWord::signature:
        case SignerWord::failure:
            return SignerMessage{word, packet.subspan(1)};
    }
    return std::nullopt;
}

Bytes signer_message(SignerWord word, ByteView rest) {
    Bytes packet{static_cast<std::uint8_t>(word)};
    packet.insert(packet.end(), rest.begin(), rest.end());
    return packet;
}

Bytes open_message(const OpenWish& wish) {
    Bytes rest(2);
    write_u16(rest, 0, static_cast<std::uint16_t>(wish.bits));
    const auto name = as_bytes(wish.common_name);
    rest.insert(rest.end(), name.begin(), name.end());
    return signer_message(SignerWord::open, rest);
}

std::optional<OpenWish> parse_open(ByteView rest) {
    if (rest.size() < 2 || rest.size() > 2 + longest_name) {
        return std::nullopt;
    }
    return OpenWish{read_u16(rest, 0), std::string(as_text(rest.subspan(2)))};
}

Bytes sign_message(Digest digest, ByteView hash) {
    Bytes rest{static_cast<std::uint8_t>(digest)};
    rest.insert(rest.end(), hash.begin(), hash.end());
    return signer_message(SignerWord::sign, rest);
}

std::optional<SignWish> parse_sign(ByteView rest) {
    if (rest.empty() || rest[0] < static_cast<std::uint8_t>(Digest::sha1) ||
        rest[0] > static_cast<std::uint8_t>(Digest::sha512)) {
        return std::nullopt;
    }
    const auto digest = static_cast<Digest>(rest[0]);
    const auto hash = rest.subspan(1);
    if (hash.size() != size_of_hash(digest)) {
        return std::nullopt;
    }
    return SignWish{digest, Bytes(hash.begin(), hash.end())};
}

}  // namespace branchline::trust
