#include "tftpd/upstream/server_health.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

RemoteServer server_at(const char* address, std::uint16_t tftp_port = 69) {
    return {boost::asio::ip::make_address(address), tftp_port, 6970};
}

}  // namespace

TEST_GROUP(ServerHealth) {
    HealthTable health;
    TimePoint now{seconds(1000)};
    RemoteServer first = server_at("192.0.2.1");
    RemoteServer second = server_at("192.0.2.2");
    RemoteServer third = server_at("2001:db8::3");
    Cluster cluster;
    void setup() override {
        cluster.servers = {first, second, third};
    }
};

TEST(ServerHealth, ServersNobodyKnowsAreUpInTheOrderListed) {
    CHECK_TRUE(health.order(cluster, now) == cluster.servers);
    CHECK_FALSE(health.find(first).has_value());
}

TEST(ServerHealth, AFailedServerIsLeftOutAndTheOthersKeepTheirOrder) {
    health.failed(second, "no answer", now);
    CHECK_TRUE(health.order(cluster, now) == std::vector({first, third}));
    STRCMP_EQUAL("no answer", health.find(second)->last_error.c_str());
}

TEST(ServerHealth, OnceAllHaveFailedNobodyIsAsked) {
    for (const auto& server : cluster.servers) {
        health.failed(server, "no answer", now);
    }
    CHECK_TRUE(health.order(cluster, now).empty());
}

TEST(ServerHealth, AnAnswerBringsAServerBackToItsPlace) {
    health.failed(first, "no answer", now);
    health.failed(first, "no answer", now + seconds(10));
    CHECK_EQUAL(2U, health.find(first)->failures);
    health.answered(first, Transport::tftp, now + seconds(20));
    CHECK_TRUE(health.order(cluster, now) == cluster.servers);
    CHECK_EQUAL(0U, health.find(first)->failures);
    CHECK_TRUE(health.find(first)->works == Transport::tftp);
    CHECK_TRUE(health.find(first)->last_answer == now + seconds(20));
    STRCMP_EQUAL("", health.find(first)->last_error.c_str());
}

TEST(ServerHealth, AServerThatSentSomethingBrokenIsAskedLastForTenSeconds) {
    health.broke(first, "wrong length", now);
    CHECK_TRUE(health.find(first)->up);
    CHECK_TRUE(health.order(cluster, now) == std::vector({second, third, first}));
    CHECK_TRUE(health.order(cluster, now + HealthTable::doubt - milliseconds(1)) == std::vector({second, third, first}));
    CHECK_TRUE(health.order(cluster, now + HealthTable::doubt) == cluster.servers);
}

TEST(ServerHealth, TimeAloneDoesNotBringAServerBack) {
    health.failed(first, "no answer", now);
    CHECK_EQUAL(1U, health.due({cluster}, now + seconds(3600)).size());
    CHECK_EQUAL(2U, health.order(cluster, now).size());
}

TEST(ServerHealth, AProbeIsDueTenSecondsAfterAFailureAndNotBefore) {
    health.failed(first, "no answer", now);
    CHECK_TRUE(health.due({cluster}, now + seconds(10) - milliseconds(1)).empty());
    CHECK_TRUE(health.due({cluster}, now + seconds(10)) == std::vector({first}));
}

TEST(ServerHealth, AFailedProbePutsTheNextOffByTenSeconds) {
    health.failed(first, "no answer", now);
    health.failed(first, "no answer", now + seconds(11));
    CHECK_TRUE(health.due({cluster}, now + seconds(20)).empty());
    CHECK_EQUAL(1U, health.due({cluster}, now + seconds(21)).size());
}

TEST(ServerHealth, ASuspectedServerIsAskedAsBeforeAndProbedAtOnce) {
    health.suspect(first, now);
    CHECK_TRUE(health.find(first)->up);
    CHECK_EQUAL(1U, health.due({cluster}, now).size());
    health.answered(first, Transport::http, now);
    CHECK_TRUE(health.due({cluster}, now + seconds(100)).empty());
}

TEST(ServerHealth, OneThatWasOutrunIsProbedAtOnceAndAskedLastForTenSeconds) {
    health.outrun(first, now);
    CHECK_TRUE(health.find(first)->up);
    CHECK_EQUAL(1U, health.due({cluster}, now).size());
    health.answered(first, Transport::http, now + seconds(1));
    CHECK_TRUE(health.order(cluster, now + seconds(9)).back() == first);
    CHECK_TRUE(health.order(cluster, now + seconds(10)).front() == first);
}

TEST(ServerHealth, ADeadOneThatComesBackIsNotTakenForSlow) {
    health.outrun(first, now);
    health.failed(first, "no answer", now + seconds(2));
    health.answered(first, Transport::http, now + seconds(12));
    CHECK_TRUE(health.order(cluster, now + seconds(12)).front() == first);
}

TEST(ServerHealth, SuspicionDoesNotBringTheProbeOfADeadServerForward) {
    health.failed(first, "no answer", now);
    health.suspect(first, now);
    CHECK_TRUE(health.due({cluster}, now + seconds(9)).empty());
}

TEST(ServerHealth, AServerOfTwoClustersIsProbedOnce) {
    Cluster other;
    other.servers = {first};
    health.failed(first, "no answer", now);
    CHECK_EQUAL(1U, health.due({cluster, other}, now + seconds(10)).size());
}

TEST(ServerHealth, AFailureForgetsWhatTheServerCouldDo) {
    health.answered(first, Transport::http, now);
    health.of(first).tftp_options = true;
    health.failed(first, "no answer", now);
    CHECK_FALSE(health.find(first)->works.has_value());
    CHECK_FALSE(health.find(first)->tftp_options);
}

TEST(ServerHealth, PortsTellServersOfOneAddressApart) {
    health.failed(first, "no answer", now);
    CHECK_FALSE(health.find(server_at("192.0.2.1", 6969)).has_value());
}

TEST(ServerHealth, KeepOnlyForgetsServersOfNoCluster) {
    health.failed(first, "no answer", now);
    health.failed(third, "no answer", now);
    cluster.servers = {second, third};
    health.keep_only({cluster});
    CHECK_FALSE(health.find(first).has_value());
    CHECK_TRUE(health.find(third).has_value());
}
