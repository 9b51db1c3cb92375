// The service with TLS: the same files, names with ".sgn", ports and certificates that change while connections are open.
#include "tests/unit/scratch.h"
#include "tests/unit/tls/client.h"
#include "tests/unit/tls/identities.h"
#include "tftpd/base/counters.h"
#include "tftpd/http/file_service.h"
#include "tftpd/phones/lease_table.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include <memory>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// A phone with a blocking socket.
class TlsPhone {
public:
    TlsPhone(asio::io_context& io, std::uint16_t port, test::TlsClient::Wish wish = {}) : socket_(io), client_(wish) {
        error_code ignored;
        socket_.connect({asio::ip::address_v4::loopback(), port}, ignored);
        const timeval limit{2, 0};  // so that a fault cannot hang the test
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }

    bool shake() {
        while (!client_.handshake()) {
            flush();
            if (client_.error != MBEDTLS_ERR_SSL_WANT_READ || !receive()) {
                return false;
            }
        }
        flush();
        return true;
    }
    void send(const std::string& text) {
        client_.write(text);
        flush();
    }
    /// Until the service closes, or `end` has come.
    std::string read(const std::string& end = "") {
        std::string text = client_.read();
        while ((end.empty() || text.find(end) == std::string::npos) && receive()) {
            text += client_.read();
        }
        return text;
    }
    [[nodiscard]] bool was_ended_in_order() const { return client_.error == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY; }
    [[nodiscard]] Bytes certificate() const {
        const auto* shown = client_.peer();
        return shown == nullptr ? Bytes() : Bytes(shown->raw.p, shown->raw.p + shown->raw.len);
    }

private:
    void flush() {
        error_code ignored;
        asio::write(socket_, asio::buffer(std::exchange(client_.out, {})), ignored);
    }
    bool receive() {
        std::array<std::uint8_t, 65536> room{};
        error_code error;
        const auto got = socket_.read_some(asio::buffer(room), error);
        client_.in.insert(client_.in.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(got));
        return !error;
    }

    tcp::socket socket_;
    test::TlsClient client_;
};

}  // namespace

TEST_GROUP(Https) {
    test::Scratch scratch;
    std::shared_ptr<Config> config = std::make_shared<Config>();
    LeaseTable leases;
    std::unique_ptr<Resolver> resolver;
    std::unique_ptr<HttpFileService> service;
    tls::ServerContextPtr context = test::context_of(test::made(scratch / "https"));
    asio::io_context io;

    void setup() override {
        scratch.write("files/RingList.xml", "<ring/>");
        scratch.write("files/CTLFile.tlv", "list");
        scratch.write("files/big.bin", std::string(500'000, 'b'));
        config->files = scratch / "files";
        config->cache.path = scratch / "cache";
        config->http_port = 0;
        config->https_ports = {free_port()};
        resolver = std::make_unique<Resolver>(config, leases);
        service = std::make_unique<HttpFileService>(config, *resolver, FileListener(), context);
    }
    void teardown() override {
        service.reset();
        resolver.reset();
    }

    std::uint16_t free_port() {
        return tcp::acceptor(io, {tcp::v4(), 0}).local_endpoint().port();
    }
    [[nodiscard]] std::uint16_t port() const {
        return config->https_ports.front();
    }

    std::string get(const std::string& name, std::uint16_t at) {
        TlsPhone phone(io, at);
        if (!phone.shake()) {
            return "no handshake";
        }
        phone.send("GET " + name + " HTTP/1.1\r\nHost:x\r\nConnection: close\r\n\r\n");
        auto answer = phone.read();
        CHECK(phone.was_ended_in_order());
        return answer;
    }
    std::string get(const std::string& name) {
        return get(name, port());
    }
    static std::string body(const std::string& answer) {
        return answer.substr(answer.find("\r\n\r\n") + 4);
    }
};

TEST(Https, ServesTheSameFiles) {
    CHECK(get("/RingList.xml").ends_with("\r\n\r\n<ring/>"));
    LONGS_EQUAL(500'000, body(get("/big.bin")).size());
    CHECK(get("/absent.xml").starts_with("HTTP/1.1 404 "));
    CHECK(get("/../x").starts_with("HTTP/1.1 403 "));
}

TEST(Https, ANameWithSgnIsAnsweredWithTheFileItself) {
    CHECK(get("/ringlist.xml.sgn").ends_with("\r\n\r\n<ring/>"));
    CHECK(get("/RingList.xml.SGN").ends_with("\r\n\r\n<ring/>"));
    CHECK(get("/CTLFile.tlv.sgn").starts_with("HTTP/1.1 404 "));
}

TEST(Https, OneConnectionCarriesSeveralFiles) {
    TlsPhone phone(io, port());
    CHECK(phone.shake());
    for (int i = 0; i < 3; ++i) {
        phone.send("GET /RingList.xml HTTP/1.1\r\nHost:x\r\n\r\n");
        CHECK(phone.read("<ring/>").ends_with("<ring/>"));
    }
}

TEST(Https, AnotherCertificateCutsNoConnection) {
    TlsPhone before(io, port());
    CHECK(before.shake());
    const auto other = test::context_of(test::made(scratch / "other"));
    service->reconfigure(config, other);
    before.send("GET /big.bin HTTP/1.1\r\nHost:x\r\nConnection: close\r\n\r\n");
    LONGS_EQUAL(500'000, body(before.read()).size());
    TlsPhone after(io, port());
    CHECK(after.shake());
    CHECK(after.certificate() == other->identity()->front().certificate().der);
    CHECK(before.certificate() == context->identity()->front().certificate().der);
}

TEST(Https, PortsComeAndGo) {
    const auto first = port();
    const auto second = free_port();
    config = std::make_shared<Config>(*config);
    config->https_ports = {first, second};
    service->reconfigure(config, context);
    CHECK(get("/RingList.xml", second).ends_with("<ring/>"));
    CHECK((service->https_ports() == std::vector{std::min(first, second), std::max(first, second)}));
    config = std::make_shared<Config>(*config);
    config->https_ports = {second};
    service->reconfigure(config, context);
    CHECK(get("/RingList.xml").ends_with("<ring/>"));
    STRCMP_EQUAL("no handshake", get("/RingList.xml", first).c_str());
    service->pause();
    STRCMP_EQUAL("no handshake", get("/RingList.xml").c_str());
    service->resume();
    CHECK(get("/RingList.xml").ends_with("<ring/>"));
}

TEST(Https, WhatIsNoTlsIsTurnedAwayAndCounted) {
    const auto failed = counters.get(Counter::tls_failed);
    tcp::socket plain(io);
    plain.connect({asio::ip::address_v4::loopback(), port()});
    asio::write(plain, asio::buffer(std::string("GET /RingList.xml HTTP/1.1\r\nHost:x\r\n\r\n")));
    std::string text(100, '\0');
    error_code error;
    std::size_t size = 0;
    while (!error) {
        size += plain.read_some(asio::buffer(text), error);
    }
    CHECK(size < 20);  // an alert at most
    CHECK(text.find("HTTP") == std::string::npos);
    LONGS_EQUAL(failed + 1, counters.get(Counter::tls_failed));
    CHECK(get("/RingList.xml").ends_with("<ring/>"));
}
