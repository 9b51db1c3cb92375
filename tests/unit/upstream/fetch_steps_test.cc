#include "tftpd/upstream/fetch_steps.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(FetchSteps) {
    const TimePoint now{std::chrono::hours(1)};
    HealthTable health;
    Cluster cluster;
    const RemoteServer first{boost::asio::ip::make_address("192.0.2.1"), 69, 6970};
    const RemoteServer second{boost::asio::ip::make_address("2001:db8::2"), 6969, 8080};

    void setup() override {
        cluster.servers = {first, second};
    }

    std::string steps() const {
        std::string text;
        for (const auto& step : fetch_steps(cluster, health, now)) {
            text += (text.empty() ? "" : ", ") + to_text(step);
        }
        return text;
    }
};

TEST(FetchSteps, EachServerIsTriedByHttpThenTftp) {
    STRCMP_EQUAL("http 192.0.2.1:6970, tftp 192.0.2.1:69, http [2001:db8::2]:8080, tftp [2001:db8::2]:6969", steps().c_str());
}

TEST(FetchSteps, WhatWorkedLastComesFirst) {
    health.answered(first, Transport::tftp, now);
    health.answered(second, Transport::http, now);
    STRCMP_EQUAL("tftp 192.0.2.1:69, http 192.0.2.1:6970, http [2001:db8::2]:8080, tftp [2001:db8::2]:6969", steps().c_str());
}

TEST(FetchSteps, OneTransportThatIsConfiguredIsTheOnlyOne) {
    cluster.transport = Transport::tftp;
    STRCMP_EQUAL("tftp 192.0.2.1:69, tftp [2001:db8::2]:6969", steps().c_str());
    cluster.transport = Transport::http;
    STRCMP_EQUAL("http 192.0.2.1:6970, http [2001:db8::2]:8080", steps().c_str());
}

TEST(FetchSteps, ServersThatAreDownAreLeftOut) {
    health.failed(first, "no answer", now);
    STRCMP_EQUAL("http [2001:db8::2]:8080, tftp [2001:db8::2]:6969", steps().c_str());
    health.failed(second, "no answer", now);
    STRCMP_EQUAL("", steps().c_str());
}
