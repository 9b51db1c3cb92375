#include "tftpd/upstream/prober.h"
#include "tests/unit/upstream/loopback.h"

#include <algorithm>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace loopback;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_GROUP(Prober) {
    boost::asio::io_context io;
    HealthTable health;
    Cluster cluster;
    std::vector<RemoteServer> back;

    /// The server failed so long ago that its probe is due.
    void failed_long_ago(const RemoteServer& server) {
        health.failed(server, "no answer", Clock::now() - seconds(11));
    }

    std::unique_ptr<Prober> start() {
        return start_prober(io, {cluster}, health, [this](const RemoteServer& server) { back.push_back(server); });
    }
};

TEST(Prober, AnHttpNotFoundIsLife) {
    const HttpServer http(io, {{.text = "HTTP/1.1 404 Not Found\r\n\r\n"}});
    cluster.servers = {{here, closed_port(io), http.port()}};
    failed_long_ago(cluster.servers[0]);
    const auto prober = start();
    CHECK_TRUE(run_until(io, [this] { return !back.empty(); }));
    CHECK_TRUE(back == cluster.servers);
    CHECK_TRUE(health.find(back[0])->up);
    CHECK_TRUE(health.find(back[0])->works == Transport::http);
    STRCMP_CONTAINS("GET /branchline-probe ", http.last_request().c_str());
}

TEST(Prober, ATftpNotFoundIsLife) {
    const TftpServer tftp(io, {.error = tftp::ErrorCode::file_not_found});
    cluster.servers = {{here, tftp.port(), closed_port(io)}};
    failed_long_ago(cluster.servers[0]);
    const auto prober = start();
    CHECK_TRUE(run_until(io, [this] { return !back.empty(); }));
    CHECK_TRUE(health.find(back[0])->works == Transport::tftp);
}

TEST(Prober, AnyTftpErrorIsLife) {
    const TftpServer tftp(io, {.error = tftp::ErrorCode::undefined});
    cluster.servers = {{here, tftp.port(), closed_port(io)}};
    failed_long_ago(cluster.servers[0]);
    const auto prober = start();
    CHECK_TRUE(run_until(io, [this] { return !back.empty(); }));
}

TEST(Prober, AServerThatHasTheFileIsAlive) {
    const TftpServer tftp(io, {.file = file_of(100'000)});
    cluster.servers = {{here, tftp.port(), closed_port(io)}};
    failed_long_ago(cluster.servers[0]);
    const auto prober = start();
    CHECK_TRUE(run_until(io, [this] { return !back.empty(); }));
    run_for(io, milliseconds(50));
    CHECK_EQUAL(1U, back.size());
}

TEST(Prober, ADeadServerStaysDownAndItsNextProbeIsPutOff) {
    cluster.servers = {{here, closed_port(io), closed_port(io)}};
    failed_long_ago(cluster.servers[0]);
    const auto prober = start();
    run_for(io, milliseconds(100));
    CHECK_TRUE(back.empty());
    CHECK_FALSE(health.find(cluster.servers[0])->up);
    CHECK_EQUAL(2U, health.find(cluster.servers[0])->failures);
    CHECK_TRUE(health.due({cluster}, Clock::now() + seconds(9)).empty());
    CHECK_EQUAL(1U, health.due({cluster}, Clock::now() + seconds(10)).size());
}

TEST(Prober, ASuspectedServerThatAnswersIsClearedWithoutAWord) {
    const HttpServer http(io, {{.text = "HTTP/1.1 404 Not Found\r\n\r\n"}});
    cluster.servers = {{here, closed_port(io), http.port()}};
    health.suspect(cluster.servers[0], Clock::now());
    const auto prober = start();
    CHECK_TRUE(run_until(io, [this] { return !health.find(cluster.servers[0])->suspected; }));
    CHECK_TRUE(health.find(cluster.servers[0])->up);
    CHECK_TRUE(back.empty());
}

TEST(Prober, ASuspectedServerThatDoesNotAnswerIsDown) {
    cluster.servers = {{here, closed_port(io), closed_port(io)}};
    health.suspect(cluster.servers[0], Clock::now());
    const auto prober = start();
    CHECK_TRUE(run_until(io, [this] { return !health.find(cluster.servers[0])->up; }));
}

TEST(Prober, ServersThatAreUpOrNotDueAreLeftAlone) {
    const HttpServer up(io, {good_reply("")});
    const HttpServer not_due(io, {good_reply("")});
    cluster.servers = {{here, 1, up.port()}, {here, 1, not_due.port()}};
    health.failed(cluster.servers[1], "no answer", Clock::now());
    const auto prober = start();
    run_for(io, milliseconds(700));
    CHECK_EQUAL(0U, up.requests());
    CHECK_EQUAL(0U, not_due.requests());
}

TEST(Prober, OnlyTheTransportsOfTheClusterAreTried) {
    const HttpServer http(io, {good_reply("")});
    cluster.transport = Transport::tftp;
    cluster.servers = {{here, closed_port(io), http.port()}};
    failed_long_ago(cluster.servers[0]);
    const auto prober = start();
    run_for(io, milliseconds(100));
    CHECK_EQUAL(0U, http.requests());
    CHECK_TRUE(back.empty());
}

TEST(Prober, AServerThatFallsDueLaterIsFoundByATick) {
    const HttpServer http(io, {{.text = "HTTP/1.1 404 Not Found\r\n\r\n"}});
    cluster.servers = {{here, 1, http.port()}};
    const auto prober = start();
    run_for(io, milliseconds(50));
    failed_long_ago(cluster.servers[0]);
    CHECK_TRUE(run_until(io, [this] { return !back.empty(); }, milliseconds(1000)));
}

TEST(Prober, AProbeUnderWayIsNotStartedAgain) {
    const TftpServer tftp(io, {.silent = true});
    cluster.transport = Transport::tftp;
    cluster.servers = {{here, tftp.port(), 1}};
    failed_long_ago(cluster.servers[0]);
    const auto prober = start();
    run_for(io, milliseconds(1200));
    const auto& ports = tftp.client_ports();
    CHECK_TRUE(ports.size() >= 2);
    CHECK_TRUE(std::all_of(ports.begin(), ports.end(), [&](std::uint16_t port) { return port == ports.front(); }));
}

TEST(Prober, NewClustersReplaceTheOldOnes) {
    const HttpServer old_server(io, {good_reply("")});
    const HttpServer new_server(io, {good_reply("")});
    cluster.servers = {{here, 1, old_server.port()}};
    const auto prober = start();
    run_for(io, milliseconds(20));
    Cluster other;
    other.servers = {{here, 1, new_server.port()}};
    prober->set_clusters({other});
    failed_long_ago(cluster.servers[0]);
    failed_long_ago(other.servers[0]);
    CHECK_TRUE(run_until(io, [this] { return !back.empty(); }, milliseconds(1000)));
    CHECK_TRUE(back == other.servers);
    CHECK_EQUAL(0U, old_server.requests());
}

TEST(Prober, DestroyingItEndsItsProbesEvenInsideItsOwnEvent) {
    const HttpServer http(io, {good_reply("hello")});
    cluster.servers = {{here, closed_port(io), http.port()}};
    failed_long_ago(cluster.servers[0]);
    std::unique_ptr<Prober> prober;
    prober = start_prober(io, {cluster}, health, [this, &prober](const RemoteServer& server) {
        back.push_back(server);
        prober.reset();
    });
    run_for(io, milliseconds(600));
    CHECK_EQUAL(1U, back.size());
    CHECK_EQUAL(1U, http.requests());
}
