#include "support.h"

#include "tftpd/config/discovery_rules.h"
#include "tftpd/config/json_text.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;
using namespace std::chrono_literals;

namespace {

struct Outcome {
    Discovery discovery;
    std::vector<std::string> warnings;
    std::string error;
};

// "discovery" with this content; it starts at t:1:1.
Outcome read(const std::string& content, const std::vector<Cluster>& configured = {}) {
    Outcome outcome;
    outcome.error = error_of([&] {
        const auto document = read_json_text("{" + content + "}", "t");
        outcome.discovery = read_discovery(document, configured, outcome.warnings);
    });
    return outcome;
}

std::string clusters(const std::string& more) {
    return "\"clusters\": [{\"cluster-id\": \"west\", " + more + "}]";
}

Cluster configured(const std::string& id, const std::string& fqdn) {
    Cluster cluster;
    cluster.id = id;
    cluster.fqdn = fqdn;
    return cluster;
}

}  // namespace

TEST_GROUP(DiscoveryRules){};

TEST(DiscoveryRules, NothingIsDiscoveredByDefault) {
    const auto outcome = read("");
    STRCMP_EQUAL("", outcome.error.c_str());
    CHECK(outcome.discovery.clusters.empty());
    CHECK(outcome.discovery.dns_servers.empty());
    CHECK(outcome.discovery.min_refresh == 60s);
    CHECK(outcome.discovery.max_refresh == 3600s);
}

TEST(DiscoveryRules, AWholeDiscoveryIsRead) {
    const auto outcome =
        read(clusters("\"fqdn\": \"cucm.example.com\", \"transport\": \"tftp\", \"description\": \"West\"") +
             ", \"dns-servers\": [\"192.0.2.53\", {\"address\": \"2001:db8::53\", \"port\": 5353}], \"min-refresh\": 5, "
             "\"max-refresh\": 86400");
    STRCMP_EQUAL("", outcome.error.c_str());
    CHECK_EQUAL(1u, outcome.discovery.clusters.size());
    const auto& cluster = outcome.discovery.clusters[0];
    STRCMP_EQUAL("west", cluster.id.c_str());
    STRCMP_EQUAL("cucm.example.com", cluster.fqdn.c_str());
    CHECK(cluster.transport == Transport::tftp);
    CHECK(cluster.servers.empty());
    using boost::asio::ip::make_address;
    CHECK(outcome.discovery.dns_servers ==
          (std::vector<DnsServer>{{make_address("192.0.2.53"), 53}, {make_address("2001:db8::53"), 5353}}));
}

TEST(DiscoveryRules, TheNameMustBeOneThatCanBeLookedUp) {
    CHECK(has(read(clusters("\"description\": \"x\"")).error, "has no \"fqdn\""));
    for (const char* fqdn : {"*.example.com", "cucm west", ".", "..", "a..b", ".example.com"}) {
        CHECK_TEXT(has(read(clusters("\"fqdn\": \"" + std::string(fqdn) + "\"")).error, "no name that can be looked up"), fqdn);
    }
}

TEST(DiscoveryRules, ServersAreNotForThisList) {
    CHECK(has(read(clusters("\"fqdn\": \"a.b\", \"tftp-servers\": [\"192.0.2.1\"]")).error, "\"tftp-servers\" is not a key"));
}

TEST(DiscoveryRules, WhatIsConfiguredWholeWins) {
    for (const auto& winner : {configured("WEST", ""), configured("other", "CUCM.example.com")}) {
        const auto outcome = read(clusters("\"fqdn\": \"cucm.example.com\""), {winner});
        STRCMP_EQUAL("", outcome.error.c_str());
        CHECK(outcome.discovery.clusters.empty());
        CHECK_EQUAL(1u, outcome.warnings.size());
        CHECK(has(outcome.warnings[0], "is not looked up"));
    }
    CHECK_EQUAL(1u, read(clusters("\"fqdn\": \"a.b\""), {configured("east", "")}).discovery.clusters.size());
}

TEST(DiscoveryRules, TwoClustersOfOneNameAreRefused) {
    CHECK(has(
        read("\"clusters\": [{\"cluster-id\": \"a\", \"fqdn\": \"a.b\"}, {\"cluster-id\": \"A\", \"fqdn\": \"c.d\"}]").error,
        "is there already"));
}

TEST(DiscoveryRules, DnsServersAreAddressesAndAtMostThree) {
    for (const char* server : {"\"dns.example.com\"", "\"224.0.0.1\"", "\"fe80::1%eth0\"", "{\"address\": \"0.0.0.0\"}"}) {
        CHECK_TEXT(has(read("\"dns-servers\": [" + std::string(server) + "]").error, "a DNS server is "), server);
    }
    CHECK(has(read("\"dns-servers\": [{\"port\": 53}]").error, "has no \"address\""));
    CHECK_EQUAL(3u, read("\"dns-servers\": [\"192.0.2.1\", \"192.0.2.2\", \"192.0.2.3\"]").discovery.dns_servers.size());
    CHECK(!read("\"dns-servers\": [\"192.0.2.1\", \"192.0.2.2\", \"192.0.2.3\", \"192.0.2.4\"]").error.empty());
}

TEST(DiscoveryRules, TheTimesHaveBoundsAndAnOrder) {
    CHECK(!read("\"min-refresh\": 4").error.empty());
    CHECK(!read("\"max-refresh\": 86401").error.empty());
    CHECK(has(read("\"min-refresh\": 100, \"max-refresh\": 99").error, "must not be shorter"));
    CHECK(read("\"min-refresh\": 7200").discovery.max_refresh == 7200s);
}
