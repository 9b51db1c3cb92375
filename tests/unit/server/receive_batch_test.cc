#include "tftpd/server/receive_batch.h"

#include "tests/unit/server/loopback.h"
#include "tftpd/server/udp_socket.h"

#include <chrono>
#include <memory>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(ReceiveBatch) {
    std::unique_ptr<ReceiveBatch> batch = std::make_unique<ReceiveBatch>();

    static UdpSocket open(Family family) {
        UdpSocketSettings settings;
        settings.family = family;
        settings.timestamps = true;
        auto opened = UdpSocket::open(settings);
        CHECK(!!opened);
        return *std::move(opened);
    }
    static std::chrono::nanoseconds wall_clock() {
        return std::chrono::system_clock::now().time_since_epoch();
    }
    static void wait_for(int fd) {
        pollfd ready{fd, POLLIN, 0};
        LONGS_EQUAL(1, poll(&ready, 1, 2000));
    }
};

TEST(ReceiveBatch, ItKnowsWhichOfOurAddressesWasAsked) {
    const auto socket = open(Family::v4);
    LoopbackClient client("127.0.0.9");
    client.send(peer("127.0.0.5", socket.port()), {1, 2, 3});
    wait_for(socket.fd());
    LONGS_EQUAL(1, batch->receive(socket.fd()));
    const auto incoming = batch->at(0, 7, wall_clock());
    LONGS_EQUAL(7, incoming.socket);
    CHECK(incoming.from == client.own());
    CHECK(incoming.to.ip() == boost::asio::ip::make_address("127.0.0.5"));
    CHECK(incoming.to.interface_index != 0);
    CHECK(incoming.unicast);
    LONGS_EQUAL(3, incoming.bytes.size());
}

TEST(ReceiveBatch, Ipv6Too) {
    const auto socket = open(Family::v6);
    LoopbackClient client("::1");
    CHECK(client.ready());
    client.send(peer("::1", socket.port()), {1, 2, 3});
    wait_for(socket.fd());
    LONGS_EQUAL(1, batch->receive(socket.fd()));
    const auto incoming = batch->at(0, 7, wall_clock());
    CHECK(incoming.from == client.own());
    CHECK(incoming.to.ip() == boost::asio::ip::make_address("::1"));
    CHECK(incoming.unicast);
}

TEST(ReceiveBatch, WhatWasSentToTheBroadcastAddressIsNotUnicast) {
    const auto socket = open(Family::v4);
    LoopbackClient client("127.0.0.9");
    const int on = 1;
    setsockopt(client.fd(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    client.send(peer("127.255.255.255", socket.port()), {1, 2, 3});
    wait_for(socket.fd());
    LONGS_EQUAL(1, batch->receive(socket.fd()));
    CHECK_FALSE(batch->at(0, 0, wall_clock()).unicast);
}

TEST(ReceiveBatch, ItsAgeIsCountedFromItsArrival) {
    const auto socket = open(Family::v4);
    LoopbackClient client("127.0.0.9");
    client.send(peer("127.0.0.1", socket.port()), {1, 2, 3});
    wait_for(socket.fd());
    LONGS_EQUAL(1, batch->receive(socket.fd()));
    const auto later = wall_clock() + std::chrono::seconds(5);
    CHECK(batch->at(0, 0, later).age >= std::chrono::seconds(5));
    CHECK(batch->at(0, 0, later).age < std::chrono::seconds(8));
    // The wall clock was set while it waited: an age that cannot be is none.
    CHECK_FALSE(batch->at(0, 0, wall_clock() - std::chrono::hours(24)).age.has_value());
    CHECK_FALSE(batch->at(0, 0, wall_clock() + std::chrono::hours(24)).age.has_value());
}

TEST(ReceiveBatch, WhatIsLargerThanAnyRequestIsTruncated) {
    const auto socket = open(Family::v4);
    LoopbackClient client("127.0.0.9");
    client.send(peer("127.0.0.1", socket.port()), Bytes(tftp::max_request_size, 1));
    client.send(peer("127.0.0.1", socket.port()), Bytes(9000, 1));
    wait_for(socket.fd());
    LONGS_EQUAL(2, batch->receive(socket.fd()));
    CHECK_FALSE(batch->at(0, 0, wall_clock()).truncated);
    CHECK(batch->at(1, 0, wall_clock()).truncated);
}

TEST(ReceiveBatch, AtMost64AreTakenAtOnceAndNoneIsLost) {
    const auto socket = open(Family::v4);
    LoopbackClient client("127.0.0.9");
    for (std::uint8_t number = 0; number < 70; ++number) {
        client.send(peer("127.0.0.1", socket.port()), {number, 0, 0});
    }
    wait_for(socket.fd());
    LONGS_EQUAL(64, batch->receive(socket.fd()));
    LONGS_EQUAL(63, batch->at(63, 0, wall_clock()).bytes[0]);
    LONGS_EQUAL(6, batch->receive(socket.fd()));
    LONGS_EQUAL(64, batch->at(0, 0, wall_clock()).bytes[0]);
    LONGS_EQUAL(0, batch->receive(socket.fd()));
}
