// Both ends of a connection in memory: the server's is ours, the phone's is mbedTLS's own client.
#include "tftpd/tls/session.h"

#include "tests/unit/tls/client.h"
#include "tests/unit/tls/identities.h"

#include <mbedtls/ssl_ciphersuites.h>

#include <memory>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tls;
using test::TlsClient;
using Step = Session::Step;

namespace {

/// Made once: a key takes a moment.
const ServerContextPtr& both_kinds() {
    static const auto context = [] {
        const test::Scratch scratch;
        test::made(scratch / "ec");
        return test::context_of(
            test::opened({.files = {{scratch / "ec/https.pem", scratch / "ec/https.key"}, test::rsa_files(scratch)},
                          .directory = {},
                          .host_name = {},
                          .now = {}}));
    }();
    return context;
}

constexpr std::array rsa_only{MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, 0};
constexpr std::array old_only{MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA, MBEDTLS_TLS_RSA_WITH_AES_128_GCM_SHA256, 0};

}  // namespace

TEST_GROUP(TlsSession) {
    std::unique_ptr<TlsClient> client;
    std::unique_ptr<Session> server;
    Bytes carried;         // what the server's side is reading
    std::size_t sent = 0;  // bytes by the server

    void start(TlsClient::Wish wish) {
        client = std::make_unique<TlsClient>(wish);
        server = std::make_unique<Session>(both_kinds());
    }

    /// What the server has to say, to the client.
    void deliver() {
        const auto bytes = server->take();
        sent += bytes.size();
        client->in.insert(client->in.end(), bytes.begin(), bytes.end());
    }

    /// The handshake, the client's bytes in pieces of `size`. The last step of the server.
    Step shake(std::size_t size = 4096) {
        auto step = Step::wants_input;
        for (int turn = 0; turn < 20 && step == Step::wants_input; ++turn) {
            client->handshake();
            carried = std::exchange(client->out, {});
            for (std::size_t at = 0; at < carried.size() && step == Step::wants_input; at += size) {
                server->put(ByteView(carried).subspan(at, std::min(size, carried.size() - at)));
                step = server->handshake();
            }
            deliver();
        }
        if (step == Step::done) {
            client->handshake();
        }
        return step;
    }

    /// The client says something; what the server reads of it.
    std::string heard(const std::string& text) {
        CHECK(client->write(text));
        carried = std::exchange(client->out, {});
        server->put(carried);
        std::string read;
        std::array<std::uint8_t, 1000> room{};
        for (;;) {
            const auto got = server->read(room);
            if (got.step != Step::done) {
                CHECK(got.step == Step::wants_input);
                return read;
            }
            read.append(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(got.bytes));
        }
    }

    std::string said(const std::string& text) {
        CHECK(server->write(as_bytes(text)) == Step::done);
        deliver();
        return client->read();
    }

    void check_conversation() {
        const std::string large(200'000, 'x');
        STRCMP_EQUAL("GET /a", heard("GET /a").c_str());
        CHECK(said(large) == large);
        STRCMP_EQUAL("again", heard("again").c_str());
    }
};

TEST(TlsSession, SpeaksBothVersions) {
    for (const auto version : {MBEDTLS_SSL_VERSION_TLS1_2, MBEDTLS_SSL_VERSION_TLS1_3}) {
        start({.version = version});
        CHECK(shake() == Step::done);
        STRCMP_EQUAL(version == MBEDTLS_SSL_VERSION_TLS1_2 ? "TLSv1.2" : "TLSv1.3", server->version().c_str());
        check_conversation();
    }
}

TEST(TlsSession, AHandshakeMayComeByteByByte) {
    for (const auto version : {MBEDTLS_SSL_VERSION_TLS1_2, MBEDTLS_SSL_VERSION_TLS1_3}) {
        start({.version = version});
        CHECK(shake(1) == Step::done);
        check_conversation();
    }
}

TEST(TlsSession, WhoKnowsOnlyRsaIsShownTheRsaCertificate) {
    start({.version = MBEDTLS_SSL_VERSION_TLS1_2});
    CHECK(shake() == Step::done);
    CHECK(mbedtls_pk_can_do(&client->peer()->pk, MBEDTLS_PK_ECDSA) != 0);
    start({.version = MBEDTLS_SSL_VERSION_TLS1_2, .suites = rsa_only.data()});
    CHECK(shake() == Step::done);
    CHECK(mbedtls_pk_can_do(&client->peer()->pk, MBEDTLS_PK_RSA) != 0);
    check_conversation();
}

TEST(TlsSession, OldSuitesAreRefusedWithAReason) {
    start({.version = MBEDTLS_SSL_VERSION_TLS1_2, .suites = old_only.data()});
    CHECK(shake() == Step::failed);
    STRCMP_CONTAINS("no cipher suite", server->fault().c_str());
    CHECK(client->handshake() == false);
    LONGS_EQUAL(MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, client->error);
    CHECK(server->handshake() == Step::failed);  // for good
}

TEST(TlsSession, AStrangersDistrustIsTold) {
    const auto& other = trust::samples::grown_up().certificate().der;
    for (const auto version : {MBEDTLS_SSL_VERSION_TLS1_2, MBEDTLS_SSL_VERSION_TLS1_3}) {
        start({.version = version, .trusted = &other});
        CHECK(shake() == Step::failed);
        STRCMP_EQUAL("it refused with unknown_ca", server->fault().c_str());
    }
}

TEST(TlsSession, WhoTrustsTheCertificateConnects) {
    const auto& own = both_kinds()->identity()->front().certificate().der;
    start({.version = MBEDTLS_SSL_VERSION_TLS1_3, .trusted = &own});
    CHECK(shake() == Step::done);
    check_conversation();
}

TEST(TlsSession, ATicketMakesTheNextHandshakeShort) {
    for (const auto version : {MBEDTLS_SSL_VERSION_TLS1_2, MBEDTLS_SSL_VERSION_TLS1_3}) {
        start({.version = version});
        CHECK(shake() == Step::done);
        if (version == MBEDTLS_SSL_VERSION_TLS1_2) {
            client->keep_ticket();
        } else {
            client->read();
        }
        const auto whole = std::exchange(sent, 0);
        client->connect(true);
        server = std::make_unique<Session>(both_kinds());
        CHECK(shake() == Step::done);
        CHECK(sent < whole - 400);  // neither certificate nor signature
        check_conversation();
        sent = 0;
    }
}

TEST(TlsSession, TheEndIsToldFromACut) {
    start({});
    CHECK(shake() == Step::done);
    client->end();
    carried = std::exchange(client->out, {});
    server->put(carried);
    std::array<std::uint8_t, 10> room{};
    CHECK(server->read(room).step == Step::ended);
    server->end();
    deliver();
    client->read();
    LONGS_EQUAL(MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY, client->error);
}

TEST(TlsSession, WhatIsNoTlsFails) {
    for (const auto& text : {std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), std::string("\x16\x03\x01\xff\xff garbage"),
                             std::string("\x15\x03\x03\x00\x02\x02\x28", 7)}) {
        Session session(both_kinds());
        session.put(as_bytes(text));
        CHECK(session.handshake() == Step::failed);
        CHECK(!session.fault().empty());
    }
}

TEST(TlsSession, AChangedByteIsNotTakenForData) {
    start({});
    CHECK(shake() == Step::done);
    CHECK(client->write("GET /a"));
    carried = std::exchange(client->out, {});
    carried.back() ^= 1;
    server->put(carried);
    std::array<std::uint8_t, 10> room{};
    CHECK(server->read(room).step == Step::failed);
    CHECK(server->write(as_bytes("answer")) == Step::failed);
}

// Records that TLS 1.3 passes over (RFC 8446 5) can be sent for ever.
TEST(TlsSession, AnEndlessHandshakeIsGivenUp) {
    start({});
    client->handshake();
    carried = std::exchange(client->out, {});
    server->put(carried);
    CHECK(server->handshake() == Step::wants_input);
    const Bytes ignored{0x14, 0x03, 0x03, 0x00, 0x01, 0x01};
    auto step = Step::wants_input;
    std::size_t bytes = carried.size();
    while (step == Step::wants_input && bytes < 2 * Session::max_handshake) {
        server->put(ignored);
        bytes += ignored.size();
        step = server->handshake();
    }
    CHECK(step == Step::failed);
    CHECK(bytes <= Session::max_handshake + ignored.size());
}
