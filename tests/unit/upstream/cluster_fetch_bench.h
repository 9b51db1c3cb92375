// What the tests of a cluster's fetch share.
#pragma once

#include "tests/unit/upstream/loopback.h"
#include "tftpd/upstream/cluster_fetch.h"

#include <functional>
#include <optional>
#include <string>

#include <CppUTest/TestHarness.h>

namespace branchline {

/// A cluster of servers on the loopback, and one fetch from it at a time.
TEST_BASE(ClusterFetchBench) {
    boost::asio::io_context io;
    HealthTable health;
    Cluster cluster;
    FetchCaps caps;
    unsigned found = 0;
    std::optional<std::uint64_t> size;
    std::string bytes;
    std::optional<FetchOutcome> outcome;
    std::function<std::optional<std::string>()> objection;
    TimePoint started;
    std::chrono::milliseconds elapsed{0};

    void setup() override {
        cluster.id = "hq-east";
        caps.deadline = std::chrono::seconds(3);
        caps.stall_window = std::chrono::milliseconds(400);
    }

    FetchEvents events() {
        return {[this](std::optional<std::uint64_t> bytes_said) {
                    ++found;
                    size = bytes_said;
                    bytes.clear();
                    CHECK_FALSE(outcome.has_value());
                },
                [this](ByteView part) {
                    bytes += as_text(part);
                    CHECK_FALSE(outcome.has_value());
                },
                [this](FetchOutcome how) {
                    CHECK_FALSE(outcome.has_value());
                    outcome = std::move(how);
                },
                objection};
    }

    FetchResult fetch() {
        found = 0;
        bytes.clear();
        outcome.reset();
        started = Clock::now();
        const auto handle = start_fetch(io, cluster, "SEP001122334455.cnf.xml", caps, health, events());
        CHECK_TRUE(loopback::run_until(io, [this] { return outcome.has_value(); }, std::chrono::milliseconds(3500)));
        elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started);
        loopback::run_for(io, std::chrono::milliseconds(5));
        return outcome->result;
    }

    bool is_up(const RemoteServer& server) const {
        const auto known = health.find(server);
        return !known || known->up;
    }
};

}  // namespace branchline
