// The driver, on the loopback interface only.
#include "tftpd/phones/lease_table.h"
#include "tftpd/server/tftp_server.h"

#include "tests/unit/scratch.h"
#include "tests/unit/server/loopback.h"
#include "tftpd/base/counters.h"
#include "tftpd/config/config_error.h"
#include "tftpd/server/udp_socket.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(TftpServer) {
    branchline::test::Scratch root;
    std::shared_ptr<Config> config = std::make_shared<Config>();
    LeaseTable leases;
    std::unique_ptr<Resolver> resolver;
    std::unique_ptr<TftpServer> server;

    void setup() override {
        counters.reset();
        std::filesystem::create_directory(root / "files");
        std::ofstream(root / "files" / "small.bin") << std::string(1000, 'x');
        config->files = root / "files";
        config->cache.path = root / "cache";
        config->threads = 2;
        config->tftp_port = free_port();
    }
    void teardown() override {
        server.reset();
        resolver.reset();
    }
    static std::uint16_t free_port() {
        const auto socket = UdpSocket::open({});
        return socket->port();
    }
    void begin() {
        resolver = std::make_unique<Resolver>(config, leases);
        server = std::make_unique<TftpServer>(config, *resolver);
    }
    static Bytes request(const std::string& name, std::uint8_t opcode = 1) {
        Bytes bytes{0, opcode};
        for (const auto& word : {name, std::string("octet")}) {
            bytes.insert(bytes.end(), word.begin(), word.end());
            bytes.push_back(0);
        }
        return bytes;
    }
    static Bytes ack(unsigned block) {
        return {0, 4, static_cast<std::uint8_t>(block >> 8), static_cast<std::uint8_t>(block)};
    }
    /// Takes DATA `block` and returns its bytes; acknowledges it.
    static std::size_t take(LoopbackClient & client, unsigned block) {
        const auto data = client.receive();
        CHECK(data.has_value());
        LONGS_EQUAL(3, (*data)[1]);
        LONGS_EQUAL(block, read_u16(*data, 2));
        client.send(client.from(), ack(block));
        return data->size() - 4;
    }
    static void expect_error(LoopbackClient & client, unsigned code) {
        const auto error = client.receive();
        CHECK(error.has_value());
        LONGS_EQUAL(5, (*error)[1]);
        LONGS_EQUAL(code, read_u16(*error, 2));
    }
    /// Waits until `done`, two seconds at most.
    template <typename Done>
    static bool soon(Done done) {
        for (int tries = 0; tries < 2000 && !done(); ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return done();
    }
    Peer at(const std::string& address) const {
        return peer(address, config->tftp_port);
    }
};

TEST(TftpServer, AFileIsServedOverIpv4FromTheAskedAddressAndNotFromTheListenersPort) {
    begin();
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.5"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
    CHECK(client.from().ip() == boost::asio::ip::make_address("127.0.0.5"));
    CHECK(client.from().port != config->tftp_port);
    LONGS_EQUAL(488, take(client, 2));
    CHECK(soon([this] { return server->transfers() == 0; }));
    LONGS_EQUAL(1, counters.get(Counter::tftp_done));
}

TEST(TftpServer, AFileIsServedOverIpv6) {
    begin();
    LoopbackClient client("::1");
    client.send(at("::1"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
    CHECK(client.from().ip() == boost::asio::ip::make_address("::1"));
    LONGS_EQUAL(488, take(client, 2));
}

TEST(TftpServer, AWriteRequestGetsError2AndAMissingFileError1) {
    begin();
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.1"), request("new.bin", 2));
    expect_error(client, 2);
    client.send(at("127.0.0.1"), request("missing.bin"));
    expect_error(client, 1);
    client.send(at("127.0.0.1"), request("../small.bin"));
    expect_error(client, 2);
}

TEST(TftpServer, AStrangerOnATransferPortGetsError5AndTheTransferGoesOn) {
    begin();
    LoopbackClient client("127.0.0.9");
    LoopbackClient stranger("127.0.0.10");
    client.send(at("127.0.0.1"), request("small.bin"));
    CHECK(client.receive().has_value());
    const auto transfer_port = client.from();
    stranger.send(transfer_port, ack(1));
    expect_error(stranger, 5);
    client.send(transfer_port, ack(1));
    LONGS_EQUAL(488, take(client, 2));
}

TEST(TftpServer, A65thRequestOfOneAddressGetsNoAnswerWhateverThreadItComesTo) {
    begin();
    std::vector<std::unique_ptr<LoopbackClient>> clients;
    for (int count = 0; count < 65; ++count) {
        clients.push_back(std::make_unique<LoopbackClient>("127.0.0.9"));
        clients.back()->send(at("127.0.0.1"), request("small.bin"));
    }
    CHECK(soon([] { return counters.get(Counter::tftp_requests) == 65 && counters.get(Counter::tftp_limited) == 1; }));
    LONGS_EQUAL(64, server->transfers());
    LONGS_EQUAL(64, server->transfer_status(1000).size());
    LONGS_EQUAL(3, server->transfer_status(3).size());
}

TEST(TftpServer, SinglePortModeServesFromTheListenersPort) {
    config->transfer_ports = {config->tftp_port, config->tftp_port};
    begin();
    for (int count = 0; count < 8; ++count) {  // some for each thread
        LoopbackClient client("127.0.0.9");
        client.send(at("127.0.0.1"), request("small.bin"));
        LONGS_EQUAL(512, take(client, 1));
        LONGS_EQUAL(config->tftp_port, client.from().port);
        LONGS_EQUAL(488, take(client, 2));
    }
}

TEST(TftpServer, TransferPortsComeFromTheRange) {
    const auto first = free_port();
    const auto last = static_cast<std::uint16_t>(first + std::min(9, 65535 - first));
    config->transfer_ports = {first, last};
    begin();
    for (int count = 0; count < 8; ++count) {
        LoopbackClient client("127.0.0.9");
        client.send(at("127.0.0.1"), request("small.bin"));
        LONGS_EQUAL(512, take(client, 1));
        CHECK(client.from().port >= first && client.from().port <= last);
    }
}

TEST(TftpServer, APortThatIsTakenIsAConfigurationError) {
    const auto taken = UdpSocket::open({Family::v4, config->tftp_port, true, false, 0});
    CHECK(!!taken);
    CHECK_THROWS(ConfigError, begin());
}

TEST(TftpServer, ANewPortIsServedAndRunningTransfersGoOnOnTheOldOne) {
    begin();
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
    config = std::make_shared<Config>(*config);
    config->tftp_port = free_port();
    server->reconfigure(config);
    LoopbackClient second("127.0.0.10");
    second.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(second, 1));
    LONGS_EQUAL(488, take(client, 2));
    LONGS_EQUAL(488, take(second, 2));
}

TEST(TftpServer, APortMayMoveAndComeStraightBackWhileATransferRuns) {
    begin();
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
    const auto there = std::make_shared<Config>(*config);
    there->tftp_port = free_port();
    for (int count = 0; count < 20; ++count) {
        server->reconfigure(there);
        server->reconfigure(config);
    }
    LoopbackClient second("127.0.0.10");
    second.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(second, 1));
    LONGS_EQUAL(488, take(client, 2));
}

TEST(TftpServer, ASinglePortThatComesBackEndsTheTransfersThatWereLeftOnIt) {
    config->transfer_ports = {config->tftp_port, config->tftp_port};
    begin();
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
    const auto there = std::make_shared<Config>(*config);
    there->tftp_port = free_port();
    there->transfer_ports = {there->tftp_port, there->tftp_port};
    server->reconfigure(there);
    server->reconfigure(config);
    CHECK(soon([&] { return server->transfers() == 0; }));
    for (int count = 0; count < 8; ++count) {  // some for each thread
        LoopbackClient other("127.0.0.10");
        other.send(at("127.0.0.1"), request("small.bin"));
        LONGS_EQUAL(512, take(other, 1));
        LONGS_EQUAL(488, take(other, 2));
    }
}

TEST(TftpServer, ANewPortThatIsTakenChangesNothing) {
    begin();
    const auto taken = UdpSocket::open({});
    auto wanted = std::make_shared<Config>(*config);
    wanted->tftp_port = taken->port();
    CHECK_THROWS(ConfigError, server->reconfigure(wanted));
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
}

TEST(TftpServer, NewLimitsAndInterfacesHoldAtOnce) {
    begin();
    config = std::make_shared<Config>(*config);
    config->interfaces = {"127.0.0.6"};
    config->limits.transfers_per_client = 1;
    server->reconfigure(config);
    LoopbackClient client("127.0.0.9");
    LoopbackClient second("127.0.0.9");
    client.send(at("127.0.0.6"), request("small.bin"));
    CHECK(client.receive().has_value());
    second.send(at("127.0.0.6"), request("small.bin"));
    CHECK(soon([] { return counters.get(Counter::tftp_limited) == 1; }));
    CHECK_FALSE(second.receive(0).has_value());
}

TEST(TftpServer, MoreThreadsTakeOverWhileTransfersGoOn) {
    config->threads = 1;
    begin();
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
    config = std::make_shared<Config>(*config);
    config->threads = 3;
    server->reconfigure(config);
    LONGS_EQUAL(488, take(client, 2));
    CHECK(soon([this] { return server->transfers() == 0; }));
}

TEST(TftpServer, DrainWaitsForARunningTransferAndTakesNoNewOne) {
    begin();
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
    std::thread finisher([&client] { take(client, 2); });
    LONGS_EQUAL(0, server->drain(std::chrono::seconds(2)));
    finisher.join();
    CHECK_FALSE(server->not_serving_reason().empty());
    LoopbackClient late("127.0.0.10");
    late.send(at("127.0.0.1"), request("small.bin"));
    CHECK_FALSE(late.receive(50).has_value());
}

TEST(TftpServer, DrainSaysHowManyItCutOffAndTellsThem) {
    begin();
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
    CHECK(client.receive().has_value());  // DATA 2, which is not acknowledged
    LONGS_EQUAL(1, server->drain(std::chrono::seconds(0)));
    expect_error(client, 0);
    LONGS_EQUAL(0, server->transfers());
}

TEST(TftpServer, APauseLetsTransfersEndAndTakesNoNewOneUntilItIsOver) {
    begin();
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
    server->pause();
    server->pause();  // nothing more
    CHECK(server->not_serving_reason().find("tftp-service-start") != std::string::npos);
    LoopbackClient late("127.0.0.10");
    CHECK(soon([&] {
        late.send(at("127.0.0.1"), request("small.bin"));
        return !late.receive(20).has_value();
    }));
    LONGS_EQUAL(1, server->transfer_status(10).size());
    LONGS_EQUAL(488, take(client, 2));
    CHECK(soon([this] { return server->transfers() == 0; }));
    server->resume();
    CHECK(server->not_serving_reason().empty());
    LoopbackClient again("127.0.0.11");
    again.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(again, 1));
}

TEST(TftpServer, WhatAPauseLetGoOnCanBeCutOff) {
    begin();
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
    CHECK(client.receive().has_value());  // DATA 2, which is not acknowledged
    server->pause();
    LONGS_EQUAL(1, server->cut_off());
    expect_error(client, 0);
    LONGS_EQUAL(0, server->cut_off());
}

TEST(TftpServer, AConfigurationTakenWhilePausedHoldsWhenItIsOver) {
    begin();
    server->pause();
    config = std::make_shared<Config>(*config);
    config->tftp_port = free_port();
    server->reconfigure(config);
    CHECK_FALSE(server->not_serving_reason().empty());
    LoopbackClient client("127.0.0.9");
    client.send(at("127.0.0.1"), request("small.bin"));
    CHECK_FALSE(client.receive(20).has_value());
    server->resume();
    client.send(at("127.0.0.1"), request("small.bin"));
    LONGS_EQUAL(512, take(client, 1));
}

TEST(TftpServer, APortTakenMeanwhileKeepsItPaused) {
    begin();
    server->pause();
    server->cut_off();
    const auto taken = UdpSocket::open({Family::v4, config->tftp_port, true, false, 0});
    CHECK_THROWS(ConfigError, server->resume());
    CHECK_FALSE(server->not_serving_reason().empty());
}
