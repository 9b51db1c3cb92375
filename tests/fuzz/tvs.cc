// A phone's message to the Trust Verification Service: what is read of it lies within its limits, and an answer to it says how
// long it is.
#include "tests/fuzz/targets.h"
#include "tftpd/tvs/message.h"

namespace branchline::fuzz {

void tvs(ByteView input) {
    using namespace branchline::tvs;
    const auto head = parse_head(input.first(std::min(input.size(), head_size)));
    if (!head) {
        return;
    }
    must(input.size() >= head_size, "a head is whole");
    must(head->length + head_size <= max_query, "a message is bounded");
    const auto query = parse_query(*head, input.subspan(head_size));
    if (!query) {
        must(!query.error().text.empty(), "a refusal has a reason");
        return;
    }
    must(!query->issuer.empty() && query->issuer.size() <= max_name, "an issuer is there and bounded");
    must(query->issuer.find('\0') == std::string::npos, "a name has no NUL");
    must(!query->serial.empty() && query->serial.size() <= max_serial, "a serial number is there and bounded");
    const auto answer = answer_message(
        query->session, Known{.certificate = query->serial, .roles = {0, 3}, .lifetime = std::chrono::seconds(86400)});
    const auto answered = parse_head(ByteView(answer).first(head_size));
    must(answered && answered->command == Command::answer && answered->session == query->session, "an answer is for its query");
    must(answered->length == answer.size() - head_size, "an answer is as long as it says");
}

}  // namespace branchline::fuzz
