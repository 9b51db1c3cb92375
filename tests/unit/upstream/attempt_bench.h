// What the tests of one attempt, by HTTP or by TFTP, share.
#pragma once

#include "tests/unit/upstream/loopback.h"
#include "tftpd/base/clock.h"

#include <chrono>
#include <memory>

#include <CppUTest/TestHarness.h>

namespace branchline {

TEST_BASE(AttemptBench) {
    boost::asio::io_context io;
    AttemptSettings settings;
    loopback::Seen seen;
    TimePoint started = Clock::now();

    void setup() override {
        settings.name = "SEP001122334455.cnf.xml";
        settings.patience = std::chrono::milliseconds(300);
        settings.stall_window = std::chrono::milliseconds(400);
    }

    /// How it ends, after which it must stay silent.
    AttemptEnd end_of(const std::unique_ptr<Attempt>& attempt) {
        CHECK_TRUE(attempt != nullptr);
        CHECK_TRUE(loopback::run_until(io, [this] { return seen.outcome.has_value(); }));
        loopback::run_for(io, std::chrono::milliseconds(5));
        CHECK_EQUAL(0U, seen.events_after_done);
        return seen.outcome->end;
    }
    std::chrono::milliseconds elapsed() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started);
    }
};

}  // namespace branchline
