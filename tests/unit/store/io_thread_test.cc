#include "tftpd/store/io_thread.h"

#include <thread>

#include <CppUTest/TestHarness.h>

using branchline::IoThread;

TEST_GROUP(IoThread) {
    IoThread thread;
};

TEST(IoThread, RunsWorkOnItsOwnThreadAndReturnsWhatItReturns) {
    thread.start();
    const auto one = thread.run([] { return std::this_thread::get_id(); });
    const auto other = thread.run([] { return std::this_thread::get_id(); });
    CHECK(one == other);
    CHECK(one != std::this_thread::get_id());
    bool ran = false;
    thread.run([&] { ran = true; });
    CHECK(ran);
}

TEST(IoThread, WhatIsHandedOverBeforeTheStartWaitsForIt) {
    bool ran = false;
    boost::asio::post(thread.io(), [&] { ran = true; });
    CHECK_FALSE(ran);
    thread.start();
    thread.run([] {});
    CHECK(ran);
}

TEST(IoThread, NothingRunsAfterTheStop) {
    thread.start();
    thread.stop();
    bool ran = false;
    boost::asio::post(thread.io(), [&] { ran = true; });
    thread.stop();
    CHECK_FALSE(ran);
}

TEST(IoThread, StopsWithoutHavingStarted) {
    thread.stop();
}
