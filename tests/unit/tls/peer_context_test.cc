// Two boxes' ends of a connection in memory.
#include "tftpd/tls/peer_context.h"

#include "tests/unit/tls/client.h"
#include "tests/unit/tls/identities.h"

#include <array>
#include <memory>
#include <utility>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tls;
using Side = PeerContext::Side;
using Step = Session::Step;

namespace {

IdentityPtr ec() {
    static const auto made = [] {
        const test::Scratch scratch;
        return test::made(scratch / "ec");
    }();
    return made;
}

IdentityPtr rsa() {
    static const auto made = [] {
        const test::Scratch scratch;
        return test::opened({.files = {test::rsa_files(scratch)}, .directory = {}, .host_name = {}, .now = {}});
    }();
    return made;
}

/// One end, with what it has been sent.
struct End {
    explicit End(const ContextPtr& context) : session(context) {}
    Step shake(End& other) {
        carried = other.session.take();
        session.put(carried);
        return session.handshake();
    }
    Session session;
    Bytes carried{};
};

}  // namespace

TEST_GROUP(PeerContext) {
    std::unique_ptr<End> connects;
    std::unique_ptr<End> answers;

    void start(const IdentityPtr& of_connecting, const IdentityPtr& of_answering) {
        connects = std::make_unique<End>(*PeerContext::make(of_connecting, Side::connects));
        answers = std::make_unique<End>(*PeerContext::make(of_answering, Side::answers));
    }
    bool shake() {
        auto one = connects->session.handshake();
        auto other = Step::wants_input;
        for (int turn = 0; turn < 10 && (one == Step::wants_input || other == Step::wants_input); ++turn) {
            other = other == Step::wants_input ? answers->shake(*connects) : other;
            one = one == Step::wants_input ? connects->shake(*answers) : one;
        }
        return one == Step::done && other == Step::done;
    }
};

TEST(PeerContext, EachShowsItsCertificateAndTheySpeak) {
    for (const auto& [one, other] : {std::pair{ec(), rsa()}, std::pair{rsa(), ec()}}) {
        start(one, other);
        CHECK(shake());
        CHECK(connects->session.peer_certificate() == other->front().certificate().der);
        CHECK(answers->session.peer_certificate() == one->front().certificate().der);
        STRCMP_EQUAL("TLSv1.3", answers->session.version().c_str());
        CHECK(connects->session.write(as_bytes("hello")) == Step::done);
        const auto sent = connects->session.take();
        answers->session.put(sent);
        std::array<std::uint8_t, 16> room{};
        UNSIGNED_LONGS_EQUAL(5, answers->session.read(room).bytes);
    }
}

TEST(PeerContext, NothingIsShownBeforeTheHandshakeIsDone) {
    start(ec(), rsa());
    CHECK(answers->session.peer_certificate().empty());
    connects->session.handshake();
    CHECK(answers->shake(*connects) == Step::wants_input);
    CHECK(answers->session.peer_certificate().empty());
    CHECK(connects->shake(*answers) == Step::done);
    CHECK(answers->session.peer_certificate().empty());
}

// A certificate alone is everybody's to show: it counts with its key only.
TEST(PeerContext, ACertificateWithoutItsKeyEndsTheHandshake) {
    auto stolen = *ec();
    stolen.front().key = *PrivateKey::generate();
    start(std::make_shared<const Identity>(std::move(stolen)), rsa());
    CHECK(!shake());
    CHECK(answers->session.peer_certificate().empty());
}

TEST(PeerContext, OlderVersionsAreRefused) {
    End server(*PeerContext::make(ec(), Side::answers));
    test::TlsClient client({.version = MBEDTLS_SSL_VERSION_TLS1_2});
    client.handshake();
    server.session.put(client.out);
    CHECK(server.session.handshake() == Step::failed);
    CHECK(!server.session.fault().empty());
}
