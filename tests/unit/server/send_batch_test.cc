#include "tftpd/server/send_batch.h"

#include "tests/unit/server/loopback.h"

#include <algorithm>
#include <memory>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(SendBatch) {
    SendBatch batch;
    std::unique_ptr<UdpSocket> socket;
    SocketNumber number = 0;

    void open(bool segment) {
        auto opened = UdpSocket::open({});
        CHECK(!!opened);
        socket = std::make_unique<UdpSocket>(*std::move(opened));
        number = batch.add(socket->fd(), segment && socket->can_segment());
    }
    void put(const Peer& to, std::size_t bytes, std::uint8_t mark, const char* from = "127.0.0.1") {
        auto room = batch.room(bytes);
        std::fill(room.begin(), room.end(), mark);
        LocalAddress local;
        local.address = to_bytes(boost::asio::ip::make_address(from));
        batch.send(bytes, number, to, local);
    }
    void expect(LoopbackClient & client, std::size_t bytes, std::uint8_t mark) {
        const auto received = client.receive();
        CHECK(received.has_value());
        LONGS_EQUAL(bytes, received->size());
        CHECK(received->empty() || (received->front() == mark && received->back() == mark));
    }
};

TEST(SendBatch, NothingLeavesBeforeTheFlush) {
    open(true);
    LoopbackClient client("127.0.0.9");
    put(client.own(), 100, 1);
    CHECK_FALSE(client.receive(0).has_value());
    batch.flush();
    expect(client, 100, 1);
    batch.flush();
    CHECK_FALSE(client.receive(0).has_value());
}

TEST(SendBatch, AnAnswerLeavesFromTheAddressThatWasAsked) {
    open(true);
    LoopbackClient client("127.0.0.9");
    put(client.own(), 100, 1, "127.0.0.5");
    batch.flush();
    expect(client, 100, 1);
    CHECK(client.from() == peer("127.0.0.5", socket->port()));
}

TEST(SendBatch, AWindowArrivesAsSeparateDatagramsWhetherSegmentedOrNot) {
    for (const bool segment : {true, false}) {
        open(segment);
        LoopbackClient client("127.0.0.9");
        for (std::uint8_t block = 1; block <= 20; ++block) {
            put(client.own(), 1432, block);
        }
        put(client.own(), 300, 21);  // the short last one
        put(client.own(), 1432, 22);
        batch.flush();
        for (std::uint8_t block = 1; block <= 20; ++block) {
            expect(client, 1432, block);
        }
        expect(client, 300, 21);
        expect(client, 1432, 22);
    }
}

TEST(SendBatch, DatagramsForSeveralPhonesGoEachToItsOwn) {
    open(true);
    LoopbackClient first("127.0.0.8");
    LoopbackClient second("127.0.0.9");
    for (std::uint8_t round = 0; round < 3; ++round) {
        put(first.own(), 516, round);
        put(first.own(), 516, round);
        put(second.own(), 516, 100);
    }
    batch.flush();
    for (std::uint8_t round = 0; round < 3; ++round) {
        expect(first, 516, round);
        expect(first, 516, round);
        expect(second, 516, 100);
    }
    CHECK_FALSE(first.receive(0).has_value());
    CHECK_FALSE(second.receive(0).has_value());
}

TEST(SendBatch, MoreThanOneCallHoldsStillLeaves) {
    open(true);
    LoopbackClient first("127.0.0.8");
    LoopbackClient second("127.0.0.9");
    for (std::uint8_t round = 0; round < 100; ++round) {
        put(first.own(), 100, round);
        put(second.own(), 100, round);
    }
    batch.flush();
    for (std::uint8_t round = 0; round < 100; ++round) {
        expect(first, 100, round);
        expect(second, 100, round);
    }
}

TEST(SendBatch, WhatCannotBeSentDoesNotHoldUpTheRest) {
    open(true);
    LoopbackClient client("127.0.0.9");
    put(client.own(), 100, 1);
    put(client.own(), 100, 2, "192.0.2.77");  // not an address of ours: EINVAL
    put(client.own(), 100, 3);
    batch.flush();
    expect(client, 100, 1);
    expect(client, 100, 3);
}

TEST(SendBatch, AFullArenaIsSentBeforeMoreIsTaken) {
    open(true);
    LoopbackClient client("127.0.0.9");
    const int bytes = 4 << 20;
    setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
    for (std::uint8_t number_of = 0; number_of < 6; ++number_of) {
        put(client.own(), 60000, number_of);
    }
    expect(client, 60000, 0);
    batch.flush();
    for (std::uint8_t number_of = 1; number_of < 6; ++number_of) {
        expect(client, 60000, number_of);
    }
}

TEST(SendBatch, AnEmptyDatagramEndsARunAndDoesNoHarm) {
    open(true);
    LoopbackClient client("127.0.0.9");
    put(client.own(), 0, 0);
    put(client.own(), 100, 1);
    batch.flush();
    expect(client, 0, 0);
    expect(client, 100, 1);
}
