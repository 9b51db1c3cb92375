#include "tftpd/http/listener.h"
#include "tftpd/config/config_error.h"

#include <boost/asio/ip/v6_only.hpp>

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

TEST_GROUP(Listener) {
    asio::io_context io{1};
    std::uint16_t port = 0;
    std::unique_ptr<Listener> listener;
    std::vector<tcp::socket> accepted;

    void setup() override {
        tcp::acceptor both(io);  // finds a port that is free on both families
        both.open(tcp::v6());
        both.set_option(asio::ip::v6_only(false));
        both.bind({tcp::v6(), 0});
        port = both.local_endpoint().port();
        both.close();
        listener = Listener::open(io, port);
        listener->start([this](tcp::socket socket) { accepted.push_back(std::move(socket)); });
    }

    tcp::socket connect(const char* address) {
        tcp::socket socket(io);
        boost::system::error_code error;
        socket.connect({asio::ip::make_address(address), port}, error);
        return socket;
    }
};

TEST(Listener, BothFamiliesAreAcceptedAndStayThemselves) {
    const auto v4 = connect("127.0.0.1");
    const auto v6 = connect("::1");
    io.run_for(20ms);
    UNSIGNED_LONGS_EQUAL(2, accepted.size());
    CHECK(accepted[0].local_endpoint().address().is_v4() != accepted[1].local_endpoint().address().is_v4());
}

TEST(Listener, WhoHadConnectedBeforeItFinishedIsHandedOver) {
    const auto v4 = connect("127.0.0.1");
    const auto v6 = connect("::1");
    listener->finish();  // nothing has run in between: both still wait in the kernel
    UNSIGNED_LONGS_EQUAL(2, accepted.size());
    boost::system::error_code error;
    (void)connect("127.0.0.1").remote_endpoint(error);
    CHECK(error == asio::error::not_connected);
}

TEST(Listener, AfterItHasGoneItsHandlersDoNothing) {
    const auto waiting = connect("127.0.0.1");
    listener.reset();
    io.run_for(20ms);
    CHECK(accepted.empty());
}

TEST(Listener, ATakenPortSaysWhoCanTell) {
    try {
        const auto second = Listener::open(io, port);
        FAIL("a second listener on the same port");
    } catch (const ConfigError& error) {
        CHECK(std::string(error.what()).find("ss -ltnp 'sport = :" + std::to_string(port)) != std::string::npos);
    }
}

TEST(Listener, AnAddressThatIsNotHereYetIsNoError) {
    // Documentation addresses (RFC 5737, RFC 3849); one port on each, beside the one on the wildcard addresses.
    CHECK(Listener::open_at(io, {asio::ip::make_address("192.0.2.1"), 0}, "admin-listener") != nullptr);
    CHECK(Listener::open_at(io, {asio::ip::make_address("2001:db8::1"), 0}, "admin-listener") != nullptr);
}

TEST(Listener, ATakenPortNamesTheSetting) {
    try {
        Listener::open_at(io, {asio::ip::make_address("127.0.0.1"), port}, "admin-listener");
        FAIL("the port was taken");
    } catch (const ConfigError& error) {
        STRCMP_CONTAINS("\"admin-listener\"", error.what());
    }
}
