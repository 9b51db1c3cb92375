// Another box's message, or a stranger's: what is read of it lies within its limits, and means the same when it is written out
// and read again.
#include "tests/fuzz/targets.h"
#include "tftpd/exchange/message.h"

namespace branchline::fuzz {

void exchange_message(ByteView input) {
    using namespace branchline::exchange;
    const auto head = parse_head(input.first(std::min(input.size(), head_size)));
    if (!head) {
        must(!head.error().text.empty(), "a refusal has a reason");
        return;
    }
    must(head->length <= max_length, "a message is bounded");
    const auto elements = input.subspan(head_size);
    const auto message = parse_message(*head, elements.first(std::min<std::size_t>(elements.size(), head->length)));
    if (!message) {
        must(!message.error().text.empty(), "a refusal has a reason");
        return;
    }
    must(message->words.size() <= max_words, "words are bounded");
    std::size_t certificates = 0;
    for (const auto& of_store : message->offer.certificates) {
        certificates += of_store.size();
    }
    must(certificates <= max_certificates, "certificates are counted");
    must(message->kind != Kind::offer || (is_name(message->offer.name) && message->offer.tftp_port != 0),
         "an offer is of a box that can be a cluster");
    const auto written = bytes_of(*message);
    const auto again = parse_head(ByteView(written).first(head_size));
    must(again && again->kind == message->kind && again->length == written.size() - head_size, "what is written has a head");
    const auto read = parse_message(*again, ByteView(written).subspan(head_size));
    must(read && bytes_of(*read) == written, "what is written is read as the same");
}

}  // namespace branchline::fuzz
