// Two boxes over the loopback, with real TLS; and strangers at an open offer.
#include "tftpd/exchange/exchange.h"

#include "tests/unit/tls/client.h"
#include "tests/unit/tls/identities.h"
#include "tftpd/base/clock.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using State = Exchange::State;

namespace {

const tls::IdentityPtr& identity(std::size_t which) {
    static const auto made = [] {
        const test::Scratch scratch;
        return std::array{test::made(scratch / "east"), test::made(scratch / "west"), test::made(scratch / "between")};
    }();
    return made.at(which);
}

std::string fingerprint(std::size_t which) {
    return identity(which)->front().certificate().fingerprint();
}

const IpAddress loopback = asio::ip::address_v4::loopback();

}  // namespace

TEST_GROUP(Exchange) {
    asio::io_context io{1};
    Exchange east{io};
    Exchange west{io};
    std::string taken{};
    std::uint16_t port = 0;

    void setup() override {
        tcp::acceptor free(io, tcp::endpoint(tcp::v4(), 0));
        port = free.local_endpoint().port();
    }

    Exchange::Wish wish(std::size_t which, const std::string& expected = {}) {
        return {.identity = identity(which),
                .own = {.name = which == 0 ? "east" : "west", .certificates = {}},
                .port = port,
                .time_limit = 600s,
                .fingerprint = expected,
                .check = [](const exchange::Offer&, const IpAddress&) -> Result<bool> { return true; },
                .take = [this](const exchange::Offer& offer, const IpAddress& other) -> Result<std::string> {
                    taken += offer.name + '@' + other.to_string() + ' ';
                    return "took " + offer.name;
                }};
    }
    bool until(const std::function<bool()>& reached) {
        for (const auto end = Clock::now() + 5s; Clock::now() < end;) {
            if (reached()) {
                return true;
            }
            io.restart();
            io.run_for(2ms);
        }
        return false;
    }
    bool until(const Exchange& one, State state) {
        return until([&] { return one.status().state == state; });
    }
    void begin(const std::string& east_expects = {}, const std::string& west_expects = {}) {
        CHECK(static_cast<bool>(east.offer(wish(0, east_expects))));
        CHECK(static_cast<bool>(west.go(wish(1, west_expects), loopback)));
    }
};

TEST(Exchange, EachSeesTheOthersFingerprintAndTakesAfterBothConfirmed) {
    begin();
    CHECK(until(east, State::unconfirmed));
    CHECK(until(west, State::unconfirmed));
    CHECK_EQUAL(fingerprint(1), east.status().fingerprint);
    CHECK_EQUAL(fingerprint(0), west.status().fingerprint);
    CHECK_EQUAL(fingerprint(0), east.status().own_fingerprint);
    CHECK(!static_cast<bool>(east.confirm(fingerprint(2))));
    CHECK(east.status().state == State::unconfirmed);
    CHECK(static_cast<bool>(east.confirm(fingerprint(1))));
    CHECK(until(east, State::confirmed));
    CHECK(taken.empty());
    CHECK(static_cast<bool>(west.confirm(fingerprint(0))));
    CHECK(until(east, State::done));
    CHECK(until(west, State::done));
    CHECK_EQUAL(std::string("west@127.0.0.1 east@127.0.0.1 "), taken);
    CHECK_EQUAL(std::string("took west"), east.status().text);
    CHECK(!east.is_under_way());
}

TEST(Exchange, FingerprintsSaidBeforehandNeedNobody) {
    begin(fingerprint(1), fingerprint(0));
    CHECK(until(east, State::done));
    CHECK(until(west, State::done));
}

TEST(Exchange, WhoShowsAnotherFingerprintIsTurnedAwayAndTheRightOneStillComes) {
    begin(fingerprint(1));
    west.cancel();
    Exchange between{io};
    auto other = wish(2);
    CHECK(static_cast<bool>(between.go(std::move(other), loopback)));
    CHECK(until([&] { return east.status().text.find(fingerprint(2)) != std::string::npos; }));
    CHECK(east.status().state == State::waiting);
    CHECK(static_cast<bool>(west.go(wish(1, fingerprint(0)), loopback)));
    CHECK(until(east, State::done));
    CHECK(until(west, State::done));
    CHECK_EQUAL(std::string("west@127.0.0.1 east@127.0.0.1 "), taken);
}

TEST(Exchange, WhoComesToAnotherBoxThanWasSaidTakesNothing) {
    begin({}, fingerprint(2));
    CHECK(until(west, State::failed));
    CHECK(west.status().text.find("somebody is in between") != std::string::npos);
    CHECK(taken.empty());
}

TEST(Exchange, WhoeverHasNoCertificateIsTurnedAway) {
    CHECK(static_cast<bool>(east.offer(wish(0))));
    tcp::socket socket(io);
    socket.connect(tcp::endpoint(loopback, port));
    socket.non_blocking(true);
    test::TlsClient client({});
    CHECK(until([&] {
        boost::system::error_code ignored;
        const auto sent = socket.write_some(asio::buffer(client.out), ignored);
        client.out.erase(client.out.begin(), client.out.begin() + static_cast<std::ptrdiff_t>(sent));
        std::array<std::uint8_t, 4096> room{};
        const auto got = socket.read_some(asio::buffer(room), ignored);
        client.in.insert(client.in.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(got));
        client.handshake();
        return east.status().text.find("it showed no certificate") != std::string::npos;
    }));
    CHECK(east.status().state == State::waiting);
}

TEST(Exchange, ANoEndsBothAndNothingIsTaken) {
    begin(fingerprint(1));
    CHECK(until(west, State::unconfirmed));
    CHECK(until(east, State::confirmed));
    CHECK(west.cancel());
    CHECK(until(east, State::failed));
    CHECK(east.status().text.find("The operator said no") != std::string::npos);
    CHECK(east.status().text.ends_with("Nothing was changed here."));
    CHECK(taken.empty());
    CHECK(!west.cancel());
}

TEST(Exchange, WhoGoesBeforeHeWasConfirmedLeavesTheOfferOpen) {
    begin();
    CHECK(until(east, State::unconfirmed));
    CHECK(until(west, State::unconfirmed));
    west.cancel();
    CHECK(until(east, State::waiting));
    CHECK(static_cast<bool>(west.go(wish(1), loopback)));
    CHECK(until(east, State::unconfirmed));
}

TEST(Exchange, ItsTimeIsBounded) {
    auto shortly = wish(0);
    shortly.time_limit = 0s;
    CHECK(static_cast<bool>(east.offer(std::move(shortly))));
    CHECK(until(east, State::failed));
    CHECK(east.status().text.find("The time for it is over") != std::string::npos);
    tcp::socket socket(io);
    boost::system::error_code error;
    socket.connect(tcp::endpoint(loopback, port), error);
    CHECK(error == asio::error::connection_refused);
}

TEST(Exchange, NobodyThereAndOneselfAreTold) {
    CHECK(static_cast<bool>(west.go(wish(1), loopback)));
    CHECK(until(west, State::failed));
    CHECK(west.status().text.find("branchlinectl exchange offer") != std::string::npos);
    CHECK(static_cast<bool>(east.offer(wish(1))));
    CHECK(static_cast<bool>(west.go(wish(1), loopback)));
    CHECK(until(west, State::failed));
    CHECK(west.status().text.find("this box's own certificate") != std::string::npos);
}
