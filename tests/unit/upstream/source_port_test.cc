#include "tftpd/upstream/source_port.h"

#include <set>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_GROUP(RecentPorts) {
    RecentPorts ports;
    TimePoint now{seconds(1000)};
};

TEST(RecentPorts, APortIsRememberedForItsWholeLifetimeWheneverInAGenerationItCame) {
    ports.add(40000, now);
    ports.add(65535, now + seconds(59));
    CHECK_TRUE(ports.contains(40000, now + RecentPorts::lifetime));
    CHECK_TRUE(ports.contains(65535, now + seconds(59) + RecentPorts::lifetime));
    CHECK_FALSE(ports.contains(40001, now));
}

TEST(RecentPorts, APortIsForgottenAfterTwoLifetimes) {
    ports.add(40000, now);
    CHECK_TRUE(ports.contains(40000, now + 2 * RecentPorts::lifetime - milliseconds(1)));
    CHECK_FALSE(ports.contains(40000, now + 2 * RecentPorts::lifetime));
}

TEST(RecentPorts, ALongPauseForgetsBothGenerations) {
    ports.add(40000, now);
    ports.add(40001, now + seconds(61));
    CHECK_FALSE(ports.contains(40000, now + seconds(1000)));
    CHECK_FALSE(ports.contains(40001, now + seconds(1000)));
}

TEST_GROUP(RequestSocket){};

TEST(RequestSocket, NoPortComesTwiceOnOneIoContext) {
    boost::asio::io_context io;
    std::set<std::uint16_t> seen;
    for (int request = 0; request < 2000; ++request) {
        boost::system::error_code error;
        const auto family = request % 2 == 0 ? boost::asio::ip::udp::v4() : boost::asio::ip::udp::v6();
        const auto socket = open_request_socket(io, family, error);
        CHECK_FALSE(error);
        seen.insert(socket.local_endpoint().port());
    }
    CHECK_EQUAL(2000U, seen.size());
}

TEST(RequestSocket, PortsDoNotFollowEachOther) {
    boost::asio::io_context io;
    unsigned neighbours = 0;
    int before = 0;
    for (int request = 0; request < 200; ++request) {
        boost::system::error_code error;
        const int port = open_request_socket(io, boost::asio::ip::udp::v4(), error).local_endpoint().port();
        neighbours += std::abs(port - before) <= 2 ? 1 : 0;
        before = port;
    }
    CHECK_TRUE(neighbours < 5);
}
