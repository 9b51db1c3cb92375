// Whatever comes over the signing process's socket: what is taken for a wish to sign has a hash of its digest's size, what is
// taken for a wish to open has a name that is no longer than it was sent, and each is the same when it is sent again.
#include "tests/fuzz/targets.h"
#include "tftpd/trust/signer_messages.h"

#include <algorithm>

namespace branchline::fuzz {

using namespace branchline::trust;

void signer_messages(ByteView input) {
    const auto message = parse_signer_message(input);
    if (!message) {
        return;
    }
    must(message->rest.size() + 1 == input.size(), "the rest is all but the word");
    must(std::ranges::equal(signer_message(message->word, message->rest), input), "a message is sent as it came");
    if (const auto wish = parse_sign(message->rest)) {
        must(wish->hash.size() == hash(wish->digest, {}).size(), "a hash is as long as its digest makes it");
        const auto again = sign_message(wish->digest, wish->hash);
        must(std::ranges::equal(ByteView(again).subspan(1), message->rest), "a wish to sign is the same again");
    }
    if (const auto wish = parse_open(message->rest)) {
        must(wish->bits <= 65535 && wish->common_name.size() + 2 == message->rest.size(), "a wish to open is what was sent");
        const auto again = open_message(*wish);
        must(std::ranges::equal(ByteView(again).subspan(1), message->rest), "a wish to open is the same again");
    }
}

}  // namespace branchline::fuzz
