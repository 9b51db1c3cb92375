// The states, with real services on ports of the kernel's choice and nobody who asks them; what pausing does to transfers is
// tested beside the services.
#include "tftpd/control/service_switch.h"
#include "tests/unit/scratch.h"
#include "tftpd/config/config_error.h"
#include "tftpd/http/file_service.h"
#include "tftpd/phones/lease_table.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/server/tftp_server.h"
#include "tftpd/server/udp_socket.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <filesystem>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using State = ServiceSwitch::State;

namespace {
const TimePoint start{1h};
}

TEST_GROUP(ServiceSwitch) {
    branchline::test::Scratch scratch;
    std::shared_ptr<Config> config = std::make_shared<Config>();
    LeaseTable leases;
    std::unique_ptr<Resolver> resolver;
    std::unique_ptr<TftpServer> tftp;
    std::unique_ptr<HttpFileService> http;
    std::unique_ptr<ServiceSwitch> service;
    boost::asio::io_context io;

    void setup() override {
        config->files = scratch / "files";
        config->cache.path = scratch / "cache";
        config->threads = 1;
        config->tftp_port = UdpSocket::open({})->port();
        config->http_port = tcp::acceptor(io, tcp::endpoint(tcp::v6(), 0)).local_endpoint().port();
        resolver = std::make_unique<Resolver>(config, leases);
        tftp = std::make_unique<TftpServer>(config, *resolver);
        http = std::make_unique<HttpFileService>(config, *resolver);
        service = std::make_unique<ServiceSwitch>(*tftp, *http);
    }
    void teardown() override {
        service.reset();
        http.reset();
        tftp.reset();
        resolver.reset();
    }
};

TEST(ServiceSwitch, WithNothingUnderWayItStopsAtOnce) {
    service->stop(30s, start);
    CHECK(service->state() == State::stopped);
    CHECK(!service->time_left(start));
    service->stop(30s, start);  // nothing more
    CHECK(service->state() == State::stopped);
    service->start();
    CHECK(service->state() == State::serving);
    service->start();
    UNSIGNED_LONGS_EQUAL(config->http_port, http->port());
}

TEST(ServiceSwitch, APortThatIsTakenLeavesBothStopped) {
    service->stop(0s, start);
    const tcp::acceptor other(io, tcp::endpoint(tcp::v4(), config->http_port));
    CHECK_THROWS(ConfigError, service->start());
    CHECK(service->state() == State::stopped);
    CHECK_FALSE(tftp->not_serving_reason().empty());
}
