// A remote server's response, in any pieces: the verdict and the file's bytes do not depend on how it was cut, a file is never
// longer than allowed, and what counts as complete has as many bytes as the server said.
//
//   input | where to cut | the response |
#include "tests/fuzz/targets.h"
#include "tftpd/upstream/http_answer.h"

#include <algorithm>

namespace branchline::fuzz {
namespace {

constexpr std::uint64_t cap = 1000;  // bytes

struct Outcome {
    HttpAnswer::Verdict verdict = HttpAnswer::Verdict::more;
    std::string body;
    std::optional<std::uint64_t> size;
    unsigned found = 0;
    std::size_t after = 0;  // bytes that came behind what was judged

    bool operator==(const Outcome&) const = default;
};

/// Feeds the response as a connection does: `piece` bytes arrive at a time, what is not taken is presented again with more.
Outcome judge(ByteView response, std::size_t piece) {
    Outcome outcome;
    HttpAnswer answer(cap, {[&](std::optional<std::uint64_t> size) {
                                outcome.size = size;
                                ++outcome.found;
                            },
                            [&](ByteView part) { outcome.body += as_text(part); }});
    std::size_t taken = 0;
    std::size_t arrived = 0;
    while (answer.verdict() == HttpAnswer::Verdict::more && arrived < response.size()) {
        arrived = std::min(arrived + piece, response.size());
        const auto count = answer.take(response.subspan(taken, arrived - taken));
        must(count <= arrived - taken, "no more is taken than is there");
        taken += count;
    }
    if (answer.verdict() == HttpAnswer::Verdict::more) {
        answer.take_end();
    }
    outcome.verdict = answer.verdict();
    outcome.after = response.size() - taken;
    must(outcome.verdict != HttpAnswer::Verdict::more, "an end is an end");
    must(answer.received() == outcome.body.size(), "received() is what was handed out");
    must(outcome.body.size() <= cap, "the cap holds");
    must(outcome.found <= 1 && (outcome.found == 1 || outcome.body.empty()), "a file is announced once, before its bytes");
    if (outcome.verdict == HttpAnswer::Verdict::complete) {
        must(outcome.found == 1, "what is complete was announced");
        must(!outcome.size || *outcome.size == outcome.body.size(), "complete means as many bytes as the server said");
    } else if (outcome.verdict != HttpAnswer::Verdict::broken) {
        must(outcome.found == 0, "an answer without a file announces none");
    } else {
        must(!answer.reason().empty(), "what is broken has a reason");
    }
    return outcome;
}

}  // namespace

void http_answer(ByteView bytes) {
    Input input(bytes);
    const std::size_t piece = 1 + input.byte();
    const auto response = bytes.subspan(bytes.empty() ? 0 : 1);
    const auto cut = judge(response, piece);
    const auto by_bytes = judge(response, 1);
    // A byte behind the end spoils a file, if it is there in time to be seen.
    if (by_bytes.after == 0) {
        must(cut.verdict == by_bytes.verdict, "the verdict does not depend on the pieces");
        must(cut.verdict == HttpAnswer::Verdict::broken || cut == by_bytes, "nor do the bytes");
    }
}

}  // namespace branchline::fuzz
