// The stream over the loopback: what Asio's and Beast's composed operations need of it, with TLS and without.
#include "tftpd/tls/stream.h"

#include "tests/unit/tls/client.h"
#include "tests/unit/tls/identities.h"

#include <mbedtls/ssl_ciphersuites.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>

#include <optional>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tls;
using namespace std::chrono_literals;
using test::TlsClient;
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

const ServerContextPtr& context() {
    static const auto made = [] {
        const test::Scratch scratch;
        return test::context_of(test::made(scratch / "https"));
    }();
    return made;
}

}  // namespace

TEST_GROUP(TlsStream) {
    std::optional<asio::io_context> loop{1};
    asio::io_context& io = *loop;
    std::optional<tcp::socket> line{io};
    tcp::socket& phone = *line;
    std::optional<Stream> stream;
    std::optional<TlsClient> client;

    void connect(bool with_tls = true) {
        tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        phone.connect(acceptor.local_endpoint());
        phone.non_blocking(true);
        stream.emplace(acceptor.accept(), with_tls ? context() : nullptr);
        if (with_tls) {
            client.emplace(TlsClient::Wish{});
        }
    }

    /// Moves the phone's bytes, as much as goes without waiting.
    void pump() {
        error_code error;
        const auto sent = phone.write_some(asio::buffer(client->out), error);
        client->out.erase(client->out.begin(), client->out.begin() + static_cast<std::ptrdiff_t>(sent));
        std::array<std::uint8_t, 65536> room{};
        const auto got = phone.read_some(asio::buffer(room), error);
        client->in.insert(client->in.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(got));
    }

    /// Runs both ends until `reached` or, so that a fault cannot hang the test, for two seconds.
    bool until(const std::function<bool()>& reached) {
        for (const auto end = Clock::now() + 2s; Clock::now() < end;) {
            io.restart();
            io.run_for(1ms);
            if (client) {
                pump();
            }
            if (reached()) {
                return true;
            }
        }
        return false;
    }

    bool shake() {
        std::optional<error_code> done;
        stream->async_handshake([&](const error_code& error) { done = error; });
        return until([&] { return client->handshake() && done; }) && !*done;
    }
};

TEST(TlsStream, CarriesLargeThingsBothWays) {
    connect();
    CHECK(shake());
    const std::string text(300'000, 'q');
    std::string heard(text.size(), '-');
    bool read = false;
    asio::async_read(*stream, asio::buffer(heard),
                     [&](const error_code& error, std::size_t size) { read = !error && size == text.size(); });
    for (std::size_t at = 0; at < text.size(); at += 10'000) {
        CHECK(client->write(text.substr(at, 10'000)));
    }
    CHECK(until([&] { return read; }));
    CHECK(heard == text);

    bool written = false;
    std::string said;
    const std::vector<asio::const_buffer> parts{asio::buffer("head", 4), asio::const_buffer(), asio::buffer(text)};
    asio::async_write(*stream, parts,
                      [&](const error_code& error, std::size_t size) { written = !error && size == text.size() + 4; });
    CHECK(until([&] {
        said += client->read();
        return written && said.size() == text.size() + 4;
    }));
    CHECK(said == "head" + text);
}

// A console's page listens while the daemon writes to it.
TEST(TlsStream, ReadsWhileItWrites) {
    connect();
    CHECK(shake());
    std::array<char, 10> room{};
    std::size_t heard = 0;
    stream->async_read_some(asio::buffer(room), [&](const error_code&, std::size_t size) { heard = size; });
    bool written = false;
    asio::async_write(*stream, asio::buffer("news", 4), [&](const error_code& error, std::size_t) { written = !error; });
    std::string said;
    CHECK(until([&] {
        said += client->read();
        return written && said == "news";
    }));
    CHECK(client->write("bye"));
    CHECK(until([&] { return heard == 3; }));
}

// Whoever waits for it to be on its way holds, as a rule, the stream.
TEST(TlsStream, NothingIsLeftIfTheLoopEndsWhileItWrites) {
    connect();
    CHECK(shake());
    auto owner = std::make_shared<Stream>(*std::move(stream));
    const std::weak_ptr<Stream> left = owner;
    owner->end_sending([owner] {});
    stream.reset();
    owner.reset();
    CHECK(!left.expired());
    line.reset();
    loop.reset();
    CHECK(left.expired());
}

TEST(TlsStream, AHandshakeThatDoesNotComeEndsByItsDeadline) {
    connect();
    std::optional<error_code> done;
    stream->expires_after(20ms);
    stream->async_handshake([&](const error_code& error) { done = error; });
    CHECK(until([&] { return done.has_value(); }));
    CHECK(*done == boost::beast::error::timeout);
    STRCMP_EQUAL("", stream->fault().c_str());
}

TEST(TlsStream, ARefusedHandshakeHasAReasonAndTheOtherSideAnAlert) {
    constexpr std::array old_suites{MBEDTLS_TLS_RSA_WITH_AES_128_GCM_SHA256, 0};
    connect();
    client.emplace(TlsClient::Wish{.version = MBEDTLS_SSL_VERSION_TLS1_2, .suites = old_suites.data()});
    std::optional<error_code> done;
    stream->async_handshake([&](const error_code& error) { done = error; });
    CHECK(until([&] { return !client->handshake() && client->error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE && done; }));
    CHECK(done->failed());
    CHECK(!stream->fault().empty());
}

TEST(TlsStream, EndingSaysSoBeforeTheConnectionCloses) {
    connect();
    CHECK(shake());
    bool ended = false;
    stream->end_sending([&] { ended = true; });
    CHECK(until([&] {
        client->read();
        return ended && client->error == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY;
    }));
}

TEST(TlsStream, ThePhonesEndIsAnEnd) {
    connect();
    CHECK(shake());
    client->end();
    std::array<char, 10> room{};
    error_code read;
    stream->async_read_some(asio::buffer(room), [&](const error_code& error, std::size_t) { read = error; });
    CHECK(until([&] { return read == asio::error::eof; }));
}

TEST(TlsStream, MayBeGoneWhileSomethingIsUnderWay) {
    connect();
    CHECK(shake());
    std::array<char, 10> room{};
    bool aborted = false;
    stream->async_read_some(asio::buffer(room), [&](const error_code& error, std::size_t) { aborted = error.failed(); });
    stream->close();
    stream.reset();
    CHECK(until([&] { return aborted; }));
}

TEST(TlsStream, WithoutTlsItIsTheConnection) {
    connect(false);
    CHECK_FALSE(stream->is_tls());
    asio::write(phone, asio::buffer("hello", 5));
    std::array<char, 5> room{};
    bool read = false;
    asio::async_read(*stream, asio::buffer(room), [&](const error_code& error, std::size_t) { read = !error; });
    CHECK(until([&] { return read; }));
    MEMCMP_EQUAL("hello", room.data(), 5);
    bool ended = false;
    stream->end_sending([&] { ended = true; });
    CHECK(ended);
}
