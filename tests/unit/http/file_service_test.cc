// The whole service over the loopback, with the real resolver over a directory of files: what a phone sees, and what happens to
// it while the configuration changes and when the daemon stops.
#include "tftpd/http/file_service.h"
#include "tests/unit/scratch.h"
#include "tftpd/base/counters.h"
#include "tftpd/config/config_error.h"
#include "tftpd/phones/lease_table.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

TEST_GROUP(HttpFileService) {
    branchline::test::Scratch scratch;
    std::shared_ptr<Config> config;
    LeaseTable leases;
    std::unique_ptr<Resolver> resolver;
    std::unique_ptr<HttpFileService> service;
    asio::io_context io;

    void setup() override {
        std::filesystem::create_directory(scratch / "files");
        std::ofstream(scratch / "files" / "RingList.xml") << "<ring/>";
        config = std::make_shared<Config>();
        config->files = scratch / "files";
        config->cache.path = scratch / "cache";
        config->http_port = free_port();
        resolver = std::make_unique<Resolver>(config, leases);
        service = std::make_unique<HttpFileService>(config, *resolver);
    }

    void teardown() override {
        service.reset();
        resolver.reset();
    }

    std::uint16_t free_port() {
        tcp::acceptor v6(io);
        v6.open(tcp::v6());
        v6.set_option(asio::ip::v6_only(false));
        v6.bind({tcp::v6(), 0});
        return v6.local_endpoint().port();
    }

    tcp::socket connect(std::uint16_t port, const char* address = "127.0.0.1") {
        tcp::socket socket(io);
        error_code error;
        socket.connect({asio::ip::make_address(address), port}, error);
        const timeval limit{2, 0};  // so that a fault cannot hang the test
        ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        return socket;
    }

    static void send(tcp::socket & socket, const std::string& text) {
        error_code ignored;  // a connection that is gone shows when it is read
        asio::write(socket, asio::buffer(text), ignored);
    }

    /// Everything until the service closes.
    static std::string read_all(tcp::socket & socket) {
        std::string text;
        error_code error;
        asio::read(socket, asio::dynamic_buffer(text), error);
        return text;
    }

    std::string get(std::uint16_t port, const std::string& name, const char* address = "127.0.0.1") {
        auto socket = connect(port, address);
        send(socket, "GET " + name + " HTTP/1.1\r\nHost:x\r\nConnection: close\r\n\r\n");
        return read_all(socket);
    }

    std::shared_ptr<Config> changed() {
        return config = std::make_shared<Config>(*config);
    }
};

TEST(HttpFileService, AFileIsServedOnBothFamilies) {
    CHECK(get(config->http_port, "/RingList.xml").ends_with("\r\n\r\n<ring/>"));
    CHECK(get(config->http_port, "/ringlist.XML", "::1").ends_with("\r\n\r\n<ring/>"));
}

TEST(HttpFileService, NothingIsListed) {
    CHECK(get(config->http_port, "/").starts_with("HTTP/1.1 403 "));
    CHECK(get(config->http_port, "/ConfigFileCacheList.txt").starts_with("HTTP/1.1 404 "));
}

TEST(HttpFileService, NoNameLeadsOut) {
    for (const auto* name :
         {"/../files/RingList.xml", "/%2e%2e/files/RingList.xml", "/..%2ffiles%2fRingList.xml", "/a%00", "/a%5cb"}) {
        CHECK_TEXT(get(config->http_port, name).starts_with("HTTP/1.1 403 "), name);
    }
}

TEST(HttpFileService, ATakenPortIsAConfigErrorThatSaysSo) {
    try {
        HttpFileService second(config, *resolver);
        FAIL("a second service on the same port");
    } catch (const ConfigError& error) {
        const std::string text = error.what();
        CHECK(text.find(std::to_string(config->http_port)) != std::string::npos);
        CHECK(text.find("Another program has it") != std::string::npos);
    }
}

TEST(HttpFileService, PortZeroOpensNothing) {
    const auto old = config->http_port;
    changed()->http_port = 0;
    service->reconfigure(config);
    UNSIGNED_LONGS_EQUAL(0, service->port());
    CHECK_EQUAL(std::string(), get(old, "/RingList.xml"));
}

TEST(HttpFileService, ANewPortServesAndTheOldOneCloses) {
    const auto old = config->http_port;
    changed()->http_port = free_port();
    service->reconfigure(config);
    CHECK(get(config->http_port, "/RingList.xml").ends_with("<ring/>"));
    CHECK_EQUAL(std::string(), get(old, "/RingList.xml"));
}

TEST(HttpFileService, AConnectionSurvivesANewConfiguration) {
    auto socket = connect(config->http_port);
    send(socket, "GET /RingList.xml HTTP/1.1\r\n");
    changed()->http_port = free_port();
    service->reconfigure(config);
    send(socket, "Host:x\r\nConnection: close\r\n\r\n");
    CHECK(read_all(socket).ends_with("<ring/>"));
}

TEST(HttpFileService, ATakenPortOnReloadChangesNothing) {
    tcp::acceptor other(io, tcp::endpoint(tcp::v4(), 0));
    const auto good = config;
    changed()->http_port = other.local_endpoint().port();
    CHECK_THROWS(ConfigError, service->reconfigure(config));
    CHECK(get(good->http_port, "/RingList.xml").ends_with("<ring/>"));
}

TEST(HttpFileService, OnlyAddressesOfTheConfigurationAreServed) {
    changed()->interfaces = {"127.0.0.2"};
    service->reconfigure(config);
    CHECK_EQUAL(std::string(), get(config->http_port, "/RingList.xml"));
    CHECK(get(config->http_port, "/RingList.xml", "127.0.0.2").ends_with("<ring/>"));
}

TEST(HttpFileService, AClientHasItsConnectionsAndNotOneMore) {
    changed()->limits.transfers_per_client = 2;
    service->reconfigure(config);
    auto first = connect(config->http_port);
    auto second = connect(config->http_port);
    auto third = connect(config->http_port);
    CHECK(read_all(third).starts_with("HTTP/1.1 503 "));
    CHECK(get(config->http_port, "/RingList.xml", "::1").ends_with("<ring/>"));
    send(first, "GET /RingList.xml HTTP/1.1\r\nHost:x\r\nConnection: close\r\n\r\n");
    CHECK(read_all(first).ends_with("<ring/>"));
}

TEST(HttpFileService, DrainingClosesIdleConnectionsAndCutsNothing) {
    auto idle = connect(config->http_port);
    send(idle, "GET /RingList.xml HTTP/1.1\r\nHost:x\r\n\r\n");
    std::string answer(1, '\0');
    error_code error;
    asio::read(idle, asio::buffer(answer), error);
    CHECK(!error);
    UNSIGNED_LONGS_EQUAL(1, service->connections());
    UNSIGNED_LONGS_EQUAL(0, service->drain(2s));
    UNSIGNED_LONGS_EQUAL(0, service->connections());
    CHECK_EQUAL(std::string(), get(config->http_port, "/RingList.xml"));
}

TEST(HttpFileService, ItGoesWithConnectionsOpen) {
    auto first = connect(config->http_port);
    auto second = connect(config->http_port);
    send(second, "GET /RingList.xml");
    service.reset();
    CHECK_EQUAL(std::string(), read_all(first));
}

TEST(HttpFileService, APauseEndsIdleConnectionsAndTakesNoNewOneUntilItIsOver) {
    auto idle = connect(config->http_port);
    service->pause();
    CHECK_EQUAL(std::string(), read_all(idle));
    CHECK_EQUAL(std::string(), get(config->http_port, "/RingList.xml"));
    UNSIGNED_LONGS_EQUAL(0, service->port());
    changed()->http_port = free_port();
    service->reconfigure(config);
    UNSIGNED_LONGS_EQUAL(0, service->port());
    service->resume();
    CHECK(get(config->http_port, "/RingList.xml").ends_with("<ring/>"));
}

TEST(HttpFileService, APortTakenMeanwhileKeepsItPaused) {
    service->pause();
    tcp::acceptor other(io, tcp::endpoint(tcp::v4(), config->http_port));
    CHECK_THROWS(ConfigError, service->resume());
    UNSIGNED_LONGS_EQUAL(0, service->port());
}
