#include "tftpd/upstream/learned_clusters.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using Outcome = LearnedClusters::Outcome;

namespace {

RemoteServer server(const char* address, std::uint16_t port = 69) {
    RemoteServer one;
    one.address = boost::asio::ip::make_address(address);
    one.tftp_port = port;
    return one;
}

DnsResult answer(std::vector<RemoteServer> servers, std::chrono::seconds lifetime = 300s, std::string error = {}) {
    return {std::move(servers), lifetime, std::move(error)};
}

Cluster named(const std::string& id) {
    Cluster cluster;
    cluster.id = id;
    cluster.fqdn = id + ".example.com";
    return cluster;
}

}  // namespace

TEST_GROUP(LearnedClusters) {
    TimePoint now{1000h};
    Discovery discovery;
    Config config;
    Machine machine;
    LearnedClusters learned;
    const LearnedClusters::Wanted west{"west", "west.example.com"};

    void setup() override {
        discovery.clusters = {named("west")};
        learned.configure(discovery, now);
    }
    std::string servers(std::size_t cluster = 0) const {
        std::string text;
        const auto effective = learned.effective(config, machine);
        for (const auto& one : effective.clusters[cluster].servers) {
            text += one.address.to_string() + " ";
        }
        return text;
    }
    std::size_t left_out() const {
        return learned.effective(config, machine).left_out.size();
    }
    /// Seconds until the next lookup.
    long due() const {
        return static_cast<long>(std::chrono::duration_cast<std::chrono::seconds>(*learned.deadline() - now).count());
    }
};

TEST(LearnedClusters, NewClusterIsDueAtOnceAndAskedOnce) {
    CHECK_EQUAL(0, due());
    CHECK_EQUAL(1u, learned.take_due(now).size());
    CHECK_EQUAL(0u, learned.take_due(now).size());
    CHECK_EQUAL(1u, learned.under_way());
    CHECK_FALSE(learned.deadline().has_value());
}

TEST(LearnedClusters, ClusterOfWhichNothingIsKnownIsThereWithoutServers) {
    CHECK_EQUAL(1u, learned.effective(config, machine).clusters.size());
    CHECK_EQUAL(std::string(), servers());
}

TEST(LearnedClusters, NextLookupFollowsTheLifetimeWithinItsBounds) {
    static_cast<void>(learned.take_due(now));
    CHECK(Outcome::changed == learned.learned(west, answer({server("192.0.2.10")}, 300s), now));
    CHECK_EQUAL(300, due());
    CHECK(Outcome::same == learned.learned(west, answer({server("192.0.2.10")}, 1s), now));
    CHECK_EQUAL(60, due());
    CHECK(Outcome::same == learned.learned(west, answer({server("192.0.2.10")}, 999999s), now));
    CHECK_EQUAL(3600, due());
}

TEST(LearnedClusters, FailureKeepsWhatIsKnownAndIsTriedAgain) {
    static_cast<void>(learned.learned(west, answer({server("192.0.2.10")}), now));
    CHECK(Outcome::failed == learned.learned(west, answer({}, 0s, "no answer"), now));
    CHECK_EQUAL(std::string("192.0.2.10 "), servers());
    CHECK_EQUAL(60, due());
    CHECK_EQUAL(std::string("no answer"), learned.status(now)[0].last_error);
}

TEST(LearnedClusters, PartOfAnAnswerIsBetterThanNothingButNotThanAllOfIt) {
    CHECK(Outcome::changed == learned.learned(west, answer({server("192.0.2.10")}, 300s, "AAAA timed out"), now));
    CHECK_EQUAL(60, due());
    static_cast<void>(learned.learned(west, answer({server("192.0.2.10"), server("2001:db8::10")}), now));
    CHECK(Outcome::failed == learned.learned(west, answer({server("192.0.2.10")}, 300s, "AAAA timed out"), now));
    CHECK_EQUAL(std::string("192.0.2.10 2001:db8::10 "), servers());
}

TEST(LearnedClusters, FirstThreeAreUsed) {
    static_cast<void>(learned.learned(
        west, answer({server("192.0.2.1"), server("192.0.2.2"), server("192.0.2.3"), server("192.0.2.4")}), now));
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2 192.0.2.3 "), servers());
    CHECK_EQUAL(1u, left_out());
}

TEST(LearnedClusters, WhatCannotBeAServerOfThisClusterIsLeftOut) {
    machine.addresses = {boost::asio::ip::make_address("192.0.2.1")};
    Cluster manual = named("east");
    manual.servers = {server("192.0.2.20")};
    config.clusters = {manual};
    static_cast<void>(learned.learned(
        west,
        answer({server("127.0.0.1"), server("224.0.0.1"), server("192.0.2.1"), server("192.0.2.20", 70), server("192.0.2.30")}),
        now));
    CHECK_EQUAL(std::string("192.0.2.30 "), servers(1));
    CHECK_EQUAL(4u, left_out());
}

TEST(LearnedClusters, ServerOfTwoLearnedClustersIsTheFirstOnes) {
    discovery.clusters.push_back(named("south"));
    learned.configure(discovery, now);
    static_cast<void>(learned.learned({"south", "south.example.com"}, answer({server("192.0.2.10")}), now));
    static_cast<void>(learned.learned(west, answer({server("192.0.2.10")}), now));
    CHECK_EQUAL(std::string("192.0.2.10 "), servers(0));
    CHECK_EQUAL(std::string(), servers(1));
}

TEST(LearnedClusters, ReconfigurationKeepsWhatStaysAndForgetsTheRest) {
    static_cast<void>(learned.learned(west, answer({server("192.0.2.10")}), now));
    discovery.clusters.push_back(named("south"));
    learned.configure(discovery, now);
    CHECK_EQUAL(std::string("192.0.2.10 "), servers(0));
    CHECK_EQUAL(1u, learned.take_due(now).size());
    discovery.clusters[0].fqdn = "other.example.com";
    learned.configure(discovery, now);
    CHECK_EQUAL(std::string(), servers(0));
    CHECK(Outcome::unknown == learned.learned(west, answer({server("192.0.2.10")}), now));
}

TEST(LearnedClusters, RestoredServersAreUsedAndLookedUpAtOnce) {
    learned.restore(
        {{"west", "west.example.com", {server("192.0.2.10")}}, {"gone", "gone.example.com", {server("192.0.2.9")}}});
    CHECK_EQUAL(std::string("192.0.2.10 "), servers());
    CHECK_EQUAL(0, due());
    CHECK_EQUAL(1u, learned.known().size());
}

TEST(LearnedClusters, RefreshMakesOneOrAllDue) {
    discovery.clusters.push_back(named("south"));
    learned.configure(discovery, now);
    static_cast<void>(learned.take_due(now));
    for (const auto* id : {"west", "south"}) {
        static_cast<void>(learned.learned({id, std::string(id) + ".example.com"}, answer({}, 0s, "no answer"), now));
    }
    CHECK_EQUAL(0u, learned.refresh("nobody", now));
    CHECK_EQUAL(1u, learned.refresh("west", now));
    CHECK_EQUAL(1u, learned.take_due(now).size());
    CHECK_EQUAL(2u, learned.refresh("", now));
    CHECK_EQUAL(1u, learned.take_due(now).size());
}

TEST(LearnedClusters, SixteenAreAskedAtOnce) {
    discovery.clusters.clear();
    for (int i = 0; i < 20; ++i) {
        discovery.clusters.push_back(named("c" + std::to_string(i)));
    }
    learned.configure(discovery, now);
    CHECK_EQUAL(16u, learned.take_due(now).size());
    CHECK_FALSE(learned.deadline().has_value());
    static_cast<void>(learned.learned({"c3", "c3.example.com"}, answer({server("192.0.2.10")}), now));
    CHECK_EQUAL(1u, learned.take_due(now).size());
}
