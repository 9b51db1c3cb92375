#include "tftpd/signer/signing_desk.h"

#include <string_view>

namespace branchline {
namespace {

Bytes failure(std::string_view text) {
    return trust::signer_message(trust::SignerWord::failure, as_bytes(text));
}

}  // namespace

Bytes SigningDesk::answer(ByteView packet) {
    const auto message = trust::parse_signer_message(packet);
    if (message && message->word == trust::SignerWord::open) {
        return open(message->rest);
    }
    if (message && message->word == trust::SignerWord::sign) {
        return sign(message->rest);
    }
    return failure("not a message for the signing process");
}

Bytes SigningDesk::open(ByteView rest) {
    const auto wish = trust::parse_open(rest);
    if (!wish) {
        return failure("not a message for the signing process");
    }
    if (!signer_) {
        auto opened = trust::open_signer(directory_, {.bits = wish->bits, .common_name = wish->common_name, .now = now_()});
        if (!opened) {
            return failure(opened.error().text);
        }
        signer_ = *std::move(opened);
    }
    return trust::signer_message(trust::SignerWord::certificate, signer_->certificate().der);
}

Bytes SigningDesk::sign(ByteView rest) {
    const auto wish = trust::parse_sign(rest);
    if (!wish) {
        return failure("not a hash that can be signed");
    }
    if (!signer_) {
        return failure("the key has not been opened");
    }
    const auto signature = signer_->sign(wish->digest, wish->hash);
    return signature ? trust::signer_message(trust::SignerWord::signature, *signature) : failure(signature.error().text);
}

}  // namespace branchline
