// What dead, slow and silent servers cost a fetch, and what is remembered of them.
#include "tests/unit/upstream/cluster_fetch_bench.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace loopback;
using std::chrono::milliseconds;

TEST_GROUP_BASE(ClusterFetchSilence, ClusterFetchBench){};

TEST(ClusterFetchSilence, ADeadFirstServerCostsUnderASecondOnceAndNothingAfterwards) {
    const DeadHost dead(io);
    const TftpServer second(io, {.file = "second"});
    const TftpServer third(io, {.file = "third"});
    cluster.servers = {dead.server(), {here, second.port(), closed_port(io)}, {here, third.port(), closed_port(io)}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("second", bytes.c_str());
    CHECK_TRUE(elapsed < milliseconds(1400));
    CHECK_TRUE(health.find(cluster.servers[0])->suspected);  // a probe finds out
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(elapsed < milliseconds(250));
    CHECK_EQUAL(0U, third.requests());
}

TEST(ClusterFetchSilence, ASlowFirstServerIsNotCalledDownAndIsAskedLast) {
    HttpReply slow = good_reply("slow");
    slow.delay = milliseconds(5000);
    const HttpServer first(io, {slow});
    const HttpServer second(io, {good_reply("second")});
    cluster.servers = {{here, closed_port(io), first.port()}, {here, 1, second.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(is_up(cluster.servers[0]));
    CHECK_TRUE(health.order(cluster, Clock::now()).front() == cluster.servers[1]);
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_EQUAL(1U, first.requests());
}

TEST(ClusterFetchSilence, ARefusingFirstServerCostsNothing) {
    const HttpServer second(io, {good_reply("second")});
    cluster.servers = {{here, closed_port(io), closed_port(io)}, {here, 1, second.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(elapsed < milliseconds(250));
    CHECK_FALSE(is_up(cluster.servers[0]));
}

TEST(ClusterFetchSilence, AWhollyDeadClusterIsUnreachableWithinTwoSecondsAndThenAtOnce) {
    const DeadHost one(io);
    const DeadHost two(io);
    const DeadHost three(io);
    cluster.servers = {one.server(), two.server(), three.server()};
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_TRUE(elapsed < milliseconds(2000));
    for (const auto& server : cluster.servers) {
        CHECK_FALSE(is_up(server));
    }
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_TRUE(elapsed < milliseconds(250));
    STRCMP_EQUAL("all servers are down", outcome->reason.c_str());
}

TEST(ClusterFetchSilence, OneDeadServerIsUnreachableWithinTwoSeconds) {
    const DeadHost dead(io);
    cluster.servers = {dead.server()};
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_TRUE(elapsed >= milliseconds(1400) && elapsed < milliseconds(2000));
    CHECK_FALSE(is_up(cluster.servers[0]));
}

TEST(ClusterFetchSilence, AServerThatIsConnectedButSlowIsTheOnlyOneAsked) {
    HttpReply late = good_reply("late");
    late.delay = milliseconds(450);
    const HttpServer http(io, {late});
    const TftpServer tftp(io, {});
    const HttpServer other(io, {good_reply("other")});
    cluster.servers = {{here, tftp.port(), http.port()}, {here, 1, other.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("late", bytes.c_str());
    CHECK_EQUAL(0U, tftp.requests());
    CHECK_EQUAL(0U, other.requests());
}

TEST(ClusterFetchSilence, ADripDoesNotOutliveTheDeadline) {
    HttpReply drip = good_reply(file_of(5'000));
    drip.drip = milliseconds(1);  // the rest takes more than 4 s
    drip.drips_after = drip.text.size() - 4'500;
    const HttpServer http(io, {drip});
    cluster.servers = {{here, closed_port(io), http.port()}};
    caps.deadline = milliseconds(400);
    CHECK_TRUE(fetch() == FetchResult::broken);
    CHECK_TRUE(elapsed < milliseconds(3000));
    CHECK_TRUE(bytes.size() < 5'000);
}

TEST(ClusterFetchSilence, ADeadlineBeforeAnyAnswerIsUnreachable) {
    const DeadHost dead(io);
    cluster.servers = {dead.server()};
    caps.deadline = milliseconds(200);
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_TRUE(elapsed < milliseconds(1000));
}

TEST(ClusterFetchSilence, AServerWhoseNetworkIsUnreachableIsPassedOver) {
    const HttpServer second(io, {good_reply("second")});
    // Neither a connection nor, without SO_BROADCAST, a datagram can go there: the kernel says so, nothing is sent.
    cluster.servers = {{boost::asio::ip::make_address("255.255.255.255"), 69, 6970}, {here, 1, second.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(elapsed < milliseconds(250));
    CHECK_FALSE(is_up(cluster.servers[0]));
    STRCMP_EQUAL("second", bytes.c_str());
}

TEST(ClusterFetchSilence, AServerThatDiesInMidTransferIsReplacedByTheNextAndMarkedDown) {
    const TftpServer first(io, {.file = file_of(20'000), .die_after = 3});
    const TftpServer second(io, {.file = file_of(6'000)});
    cluster.transport = Transport::tftp;
    cluster.servers = {{here, first.port(), 1}, {here, second.port(), 1}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(bytes == file_of(6'000));
    CHECK_EQUAL(2U, found);
    CHECK_FALSE(is_up(cluster.servers[0]));
}

TEST(ClusterFetchSilence, HttpThatAcceptsAndSaysNothingIsReplacedByTftp) {
    HttpReply nothing;
    nothing.then_close = false;
    const HttpServer http(io, {nothing});
    const TftpServer tftp(io, {.file = "by tftp"});
    cluster.servers = {{here, tftp.port(), http.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("by tftp", bytes.c_str());
    CHECK_TRUE(is_up(cluster.servers[0]));
}

TEST(ClusterFetchSilence, AServerThatOnlyAcceptsConnectionsIsSuspected) {
    HttpReply nothing;
    nothing.then_close = false;
    const HttpServer http(io, {nothing});
    const HttpServer second(io, {good_reply("second")});
    cluster.servers = {{here, closed_port(io), http.port()}, {here, 1, second.port()}};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("second", bytes.c_str());
    CHECK_TRUE(elapsed >= milliseconds(550) && elapsed < milliseconds(1400));
    CHECK_TRUE(health.find(cluster.servers[0])->suspected);
    CHECK_TRUE(fetch() == FetchResult::complete);
    CHECK_TRUE(elapsed < milliseconds(250));
}

TEST(ClusterFetchSilence, ThreeServersThatOnlyAcceptConnectionsAreUnreachableWithinTwoSeconds) {
    HttpReply nothing;
    nothing.then_close = false;
    const HttpServer one(io, {nothing});
    const HttpServer two(io, {nothing});
    const HttpServer three(io, {nothing});
    cluster.servers = {{here, 1, one.port()}, {here, 1, two.port()}, {here, 1, three.port()}};
    CHECK_TRUE(fetch() == FetchResult::unreachable);
    CHECK_TRUE(elapsed < milliseconds(2000));
    for (const auto& server : cluster.servers) {
        CHECK_FALSE(is_up(server));
    }
}

TEST(ClusterFetchSilence, AServerThatIsSlowBeyondTheStaggerStillWinsWhenNobodyElseHasIt) {
    HttpReply late = good_reply("late");
    late.delay = milliseconds(1300);
    const HttpServer http(io, {late});
    const DeadHost dead(io);
    cluster.servers = {{here, closed_port(io), http.port()}, dead.server()};
    CHECK_TRUE(fetch() == FetchResult::complete);
    STRCMP_EQUAL("late", bytes.c_str());
    CHECK_TRUE(is_up(cluster.servers[0]));
}

TEST(ClusterFetchSilence, AServerThatWasSilentWhenTheFetchIsDroppedIsProbedAtOnce) {
    const DeadHost dead(io);
    cluster.servers = {dead.server()};
    for (const auto wait : {milliseconds(100), milliseconds(500)}) {
        auto handle = start_fetch(io, cluster, "SEP001122334455.cnf.xml", caps, health, events());
        run_for(io, wait);
        CHECK_TRUE(health.due({cluster}, Clock::now()).empty());
        handle.reset();
    }
    CHECK_TRUE(is_up(cluster.servers[0]));
    CHECK_EQUAL(1U, health.due({cluster}, Clock::now()).size());
}
