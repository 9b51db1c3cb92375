// A phone's bytes into the server's side of TLS, cut into pieces: it goes on, is done, or fails with a reason; what it has to
// say stays bounded; and nobody gets as far as a request without a handshake. (What TLS itself makes of the bytes is
// mbedTLS's.)
//
//   input | size of a piece | the phone's bytes |
#include "tests/fuzz/targets.h"
#include "tftpd/tls/server_context.h"
#include "tftpd/tls/session.h"
#include "tftpd/trust/self_signed.h"

#include <array>

namespace branchline::fuzz {
namespace {

constexpr std::size_t most_output = 64u << 10;  // bytes; a flight has a certificate and little else

tls::ServerContextPtr make_context() {
    auto key = *tls::PrivateKey::generate();
    const auto [from, to] = trust::own_validity({});
    const auto der = *key->self_signed({.subject = trust::own_subject("fuzz"), .not_before = from, .not_after = to});
    tls::Identity identity;
    identity.push_back({.chain = {*trust::Certificate::parse_der(der)}, .key = std::move(key), .file = {}});
    return *tls::ServerContext::make(std::make_shared<const tls::Identity>(std::move(identity)));
}

}  // namespace

void tls_session(ByteView input) {
    using Step = tls::Session::Step;
    static const auto context = make_context();
    Input rest(input);
    const std::size_t size = 1 + rest.byte();
    auto bytes = input.subspan(input.empty() ? 0 : 1);
    tls::Session session(context);
    auto step = Step::wants_input;
    while (step == Step::wants_input && !bytes.empty()) {
        const auto piece = bytes.first(std::min(size, bytes.size()));
        bytes = bytes.subspan(piece.size());
        session.put(piece);
        step = session.handshake();
    }
    must(session.take().size() <= most_output, "what is to be sent is bounded");
    must(step != Step::done, "a handshake needs an answer to what was sent");
    must((step == Step::failed) == !session.fault().empty(), "what failed has a reason, and nothing else has");
    std::array<std::uint8_t, 16> room{};
    must(step != Step::failed || session.read(room).step == Step::failed, "what failed stays failed");
}

}  // namespace branchline::fuzz
