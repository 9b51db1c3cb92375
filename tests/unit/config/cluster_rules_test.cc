#include "support.h"

#include "tftpd/config/cluster_rules.h"
#include "tftpd/config/json_text.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;

namespace {

struct Outcome {
    std::vector<Cluster> clusters;
    std::vector<std::string> warnings;
    std::string error;
};

// The clusters of a list's content; it starts at t:1:1 with "{", the clusters in line 2.
Outcome read(const std::string& clusters, const OwnListeners& own = {}) {
    Outcome outcome;
    outcome.error = error_of([&] {
        const auto document = read_json_text("{\"c\": [\n" + clusters + "]}", "t");
        const auto& list = document->get("c")->listValue();
        outcome.clusters = read_clusters({list.begin(), list.end()}, own, machine(), outcome.warnings);
    });
    return outcome;
}

std::string cluster(const std::string& id, const std::string& servers, const std::string& more = "") {
    return "{\"cluster-id\": \"" + id + "\", \"tftp-servers\": [" + servers + "]" + more + "}";
}

std::string refusal(const std::string& clusters) {
    return read(clusters).error;
}
std::string with(const std::string& key_and_value) {
    return cluster("hq", "\"192.0.2.1\"", ", " + key_and_value);
}

}  // namespace

TEST_GROUP(ClusterRules){};

TEST(ClusterRules, AWholeClusterIsReadInTheOrderGiven) {
    const auto outcome = read(
        "{\"cluster-id\": \"hq-east.1\", \"fqdn\": \"*.cucm east.example.com\", \"description\": \"Größe + 1\","
        "\"tftp-servers\": [\"192.0.2.20\", {\"address\": \"2001:db8::10\", \"port\": 1069, \"http-port\": 1970}, "
        "{\"address\": \"192.0.2.10\"}],"
        "\"transport\": \"tftp\", \"secure\": false}," +
        cluster("b", "\"192.0.2.30\""));
    STRCMP_EQUAL("", outcome.error.c_str());
    CHECK_EQUAL(2u, outcome.clusters.size());
    const Cluster& first = outcome.clusters[0];
    STRCMP_EQUAL("hq-east.1", first.id.c_str());
    STRCMP_EQUAL("*.cucm east.example.com", first.fqdn.c_str());
    STRCMP_EQUAL("Größe + 1", first.description.c_str());
    CHECK(first.transport == Transport::tftp);
    using boost::asio::ip::make_address;
    CHECK(first.servers == (std::vector<RemoteServer>{{make_address("192.0.2.20"), 69, 6970},
                                                      {make_address("2001:db8::10"), 1069, 1970},
                                                      {make_address("192.0.2.10"), 69, 6970}}));
    CHECK(outcome.clusters[1].transport == Transport::automatic);
    CHECK_EQUAL(0u, outcome.warnings.size());
}

TEST(ClusterRules, TheIdHasLettersDigitsDotAndDash) {
    STRCMP_EQUAL("", refusal(cluster("AZaz09.-", "\"192.0.2.1\"")).c_str());
    for (const char* bad : {"a b", "a_b", "a/b", "é", "a*"}) {
        CHECK_TEXT(has(refusal(cluster(bad, "\"192.0.2.1\"")), "t:2:16: the cluster-id "), bad);
    }
    STRCMP_EQUAL("", refusal(cluster(std::string(50, 'a'), "\"192.0.2.1\"")).c_str());
    CHECK(has(refusal(cluster(std::string(51, 'a'), "\"192.0.2.1\"")), "51 characters; it must have 1 to 50"));
    CHECK(has(refusal(cluster("", "\"192.0.2.1\"")), "0 characters"));
    CHECK(has(refusal("{\"tftp-servers\": [\"192.0.2.1\"]}"), "t:2:1: \"remote-clusters\" has no \"cluster-id\""));
}

TEST(ClusterRules, AnIdIsThereOnceWhateverItsCase) {
    CHECK(has(refusal(cluster("hq", "\"192.0.2.1\"") + ",\n" + cluster("HQ", "\"192.0.2.2\"")),
              "t:3:16: the cluster-id \"HQ\" is there already, at t:2:16; each cluster needs its own"));
}

TEST(ClusterRules, TheFqdnHasAtMostFiftyOfItsCharacters) {
    STRCMP_EQUAL("", refusal(with("\"fqdn\": \"" + std::string(50, '*') + "\"")).c_str());
    CHECK(has(refusal(with("\"fqdn\": \"" + std::string(51, '*') + "\"")), "51 characters; it must have 0 to 50"));
    STRCMP_EQUAL("", refusal(with("\"fqdn\": \"A z.9-*\"")).c_str());
    CHECK(has(refusal(with("\"fqdn\": \"ab_c\"")),
              "the fqdn \"ab_c\" of cluster \"hq\" has a character that is not allowed at place 3"));
}

TEST(ClusterRules, TheDescriptionHasAtMost128AndNoneOfEightCharacters) {
    const std::string umlauts = [] {
        std::string text;
        for (int i = 0; i < 128; ++i) {
            text += "ü";
        }
        return text;
    }();
    STRCMP_EQUAL("", refusal(with("\"description\": \"" + umlauts + "\"")).c_str());
    CHECK(has(refusal(with("\"description\": \"" + umlauts + "x\"")), "129 characters; it must have 0 to 128"));
    for (const char* bad : {"\\\"", ">", "<", "\\\\", "-", "&", "%"}) {
        CHECK_TEXT(has(refusal(with(std::string("\"description\": \"a") + bad + "b\"")), "it may have none of"), bad);
    }
}

TEST(ClusterRules, OneToThreeServersAndTheMessageIsTheHouseSample) {
    STRCMP_EQUAL("", refusal(cluster("hq", "\"192.0.2.1\",\"192.0.2.2\",\"192.0.2.3\"")).c_str());
    STRCMP_EQUAL(
        "t:2:43: cluster \"hq-west\" has 4 tftp-servers; a cluster may have at most 3, asked in the order given. Remove one, "
        "or "
        "describe the fourth as a cluster of its own.",
        refusal(cluster("hq-west", "\"192.0.2.1\",\"192.0.2.2\",\"192.0.2.3\",\"192.0.2.4\"")).c_str());
    CHECK(has(refusal(cluster("hq", "")), "cluster \"hq\" has no tftp-servers; a cluster must have 1 to 3"));
    CHECK(has(refusal("{\"cluster-id\": \"hq\"}"), "has no \"tftp-servers\""));
    CHECK(has(refusal("{\"cluster-id\": \"hq\", \"tftp-servers\": \"192.0.2.1\"}"), "it must be a list"));
}

TEST(ClusterRules, AServerIsThereOnceInAllClusters) {
    CHECK(begins(
        refusal(cluster("a", "\"192.0.2.1\", \"192.0.2.1\"")),
        "t:2:51: cluster \"a\" has the TFTP server 192.0.2.1, which is there already, at t:2:38; a server may be there once"));
    CHECK(has(refusal(cluster("a", "\"192.0.2.1\"") + ",\n" + cluster("b", "\"192.0.2.1\"")), "there already, at t:2:38"));
    CHECK(has(refusal(cluster("a", "\"192.0.2.1\"") + ",\n" + cluster("b", "\"::ffff:192.0.2.1\"")), "there already"));
    CHECK(has(refusal(cluster("a", "\"2001:db8::1\", \"2001:DB8:0::0:1\"")), "there already"));
    CHECK(has(refusal(cluster("a", "\"192.0.2.1\"", ",\"transport\":\"tftp\"") + "," +
                      cluster("b", "\"192.0.2.1\"", ",\"transport\":\"http\"")),
              "there already"));
}

TEST(ClusterRules, TwoServersOfOneAddressMustShareNoPortThatIsUsed) {
    const auto server = [](const char* port, const char* http) {
        return std::string("{\"address\": \"192.0.2.1\", \"port\": ") + port + ", \"http-port\": " + http + "}";
    };
    STRCMP_EQUAL("", refusal(cluster("a", server("1069", "1970") + "," + server("2069", "2970"))).c_str());
    CHECK(has(refusal(cluster("a", server("1069", "1970") + "," + server("1069", "2970"))), "there already"));
    CHECK(has(refusal(cluster("a", server("1069", "1970") + "," + server("2069", "1970"))), "there already"));
    STRCMP_EQUAL(
        "", refusal(cluster("a", server("1069", "1970") + "," + server("2069", "1970"), ",\"transport\":\"tftp\"")).c_str());
    STRCMP_EQUAL(
        "", refusal(cluster("a", server("1069", "1970") + "," + server("1069", "2970"), ",\"transport\":\"http\"")).c_str());
}

TEST(ClusterRules, OurOwnListenerIsRefused) {
    for (const char* own : {"10.20.0.1", "2001:db8:20::1", "127.0.0.1", "127.0.0.9", "::1", "::ffff:10.20.0.1"}) {
        CHECK_TEXT(has(refusal(cluster("hq", std::string("\"") + own + "\"")), "which is this daemon's own listener"), own);
    }
    CHECK(has(refusal(cluster("hq", "{\"address\": \"127.0.0.1\", \"port\": 1069}")), "127.0.0.1 port 6970"));
    CHECK(has(refusal(cluster("hq", "{\"address\": \"127.0.0.1\", \"http-port\": 8080}")), "127.0.0.1 port 69 "));
}

TEST(ClusterRules, AnotherProgramOnThisMachineIsAllowedWithAWarning) {
    const auto outcome = read(cluster("hq", "{\"address\": \"127.0.0.1\", \"port\": 1069, \"http-port\": 8080}"));
    STRCMP_EQUAL("", outcome.error.c_str());
    CHECK_EQUAL(1u, outcome.warnings.size());
    CHECK(begins(outcome.warnings[0], "t:2:39: cluster \"hq\" has a TFTP server on this machine, 127.0.0.1;"));
    // A port that the transport does not use cannot collide.
    STRCMP_EQUAL("", refusal(cluster("hq", "{\"address\": \"127.0.0.1\", \"port\": 1069}", ",\"transport\":\"tftp\"")).c_str());
    STRCMP_EQUAL(
        "", refusal(cluster("hq", "{\"address\": \"127.0.0.1\", \"http-port\": 8080}", ",\"transport\":\"http\"")).c_str());
    STRCMP_EQUAL(
        "",
        read(cluster("hq", "{\"address\": \"127.0.0.1\", \"port\": 69}"), {.tftp_port = 1069, .http_port = 0}).error.c_str());
}

TEST(ClusterRules, OnlyAddressesOfOneReachableServer) {
    for (const char* bad : {"0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "239.255.255.255", "240.0.0.1", "169.254.0.1",
                            "169.254.255.255", "::", "ff02::1", "fe80::1", "febf::1", "::ffff:224.0.0.1", "::ffff:0.0.0.0"}) {
        CHECK_TEXT(
            has(refusal(cluster("hq", std::string("\"") + bad + "\"")), "it must be the address of one reachable server"), bad);
    }
    for (const char* good : {"1.0.0.0", "223.255.255.255", "169.253.255.255", "169.255.0.0", "fec0::1", "fd00::1"}) {
        STRCMP_EQUAL("", refusal(cluster("hq", std::string("\"") + good + "\"")).c_str());
    }
    for (const char* bad : {"cucm.example.com", "192.0.2", "192.0.2.1.", "192.0.2.256", "192.0.2.1:69", "[2001:db8::1]",
                            "fe80::1%eth0", "2001:db8::1%1", " 192.0.2.1"}) {
        CHECK_TEXT(has(refusal(cluster("hq", std::string("\"") + bad + "\"")), "is not an IPv4 or IPv6 address"), bad);
    }
    CHECK(has(refusal(cluster("hq", "7")), "it must be a string"));
    CHECK(has(refusal(cluster("hq", "{\"port\": 69}")), "has no \"address\""));
    CHECK(has(refusal(cluster("hq", "{\"address\": \"192.0.2.1\", \"port\": 0}")), "from 1 to 65535"));
    CHECK(has(refusal(cluster("hq", "{\"address\": \"192.0.2.1\", \"http-port\": 65536}")), "from 1 to 65535"));
}

TEST(ClusterRules, AClusterIsSecureIfItSaysSo) {
    CHECK(read(with("\"secure\": true")).clusters.at(0).secure);
    CHECK(!read(with("\"secure\": false")).clusters.at(0).secure);
    CHECK(has(refusal(with("\"secure\": \"yes\"")), "must be true or false"));
}

TEST(ClusterRules, WhatThisVersionCannotDoIsRefusedAndSaysSo) {
    CHECK(has(refusal(with("\"transport\": \"https\"")),
              "is not part of this version; set it to \"auto\", \"http\" or \"tftp\"."));
    CHECK(has(refusal(with("\"transport\": \"ftp\"")), "Did you mean"));
}

TEST(ClusterRules, TwentyThousandClustersAreCheckedQuickly) {
    std::string list;
    for (int i = 0; i < 14000; ++i) {
        list += "{\"cluster-id\":\"c" + std::to_string(i) + "\",\"tftp-servers\":[\"10." + std::to_string(100 + i / 65536) +
                "." + std::to_string(i / 256 % 256) + "." + std::to_string(i % 256) + "\"]},";
    }
    const auto outcome = read(list);
    STRCMP_EQUAL("", outcome.error.c_str());
    CHECK_EQUAL(14000u, outcome.clusters.size());
}
