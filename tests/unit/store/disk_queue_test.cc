#include "tftpd/store/disk_queue.h"

#include <atomic>
#include <future>
#include <vector>

#include <CppUTest/TestHarness.h>

using branchline::DiskQueue;

TEST_GROUP(DiskQueue){};

TEST(DiskQueue, JobsRunInOrderAndThenTheIdleHook) {
    std::vector<int> ran;
    std::atomic<int> idle{0};
    DiskQueue queue(100, [&] { ++idle; });
    for (int i = 0; i < 50; ++i) {
        CHECK(queue.post([&ran, i] { ran.push_back(i); }));
    }
    queue.settle();
    CHECK_EQUAL(50u, ran.size());
    for (int i = 0; i < 50; ++i) {
        CHECK_EQUAL(i, ran[static_cast<std::size_t>(i)]);
    }
    CHECK(idle >= 1);
}

TEST(DiskQueue, WhatDoesNotFitIsRefused) {
    std::promise<void> started;
    std::promise<void> go;
    DiskQueue queue(2);
    CHECK(queue.post([&] {
        started.set_value();
        go.get_future().wait();
    }));
    started.get_future().wait();
    CHECK(queue.post([] {}));
    CHECK(queue.post([] {}));
    CHECK(!queue.post([] {}));
    go.set_value();
    queue.settle();
    CHECK(queue.post([] {}));
}

TEST(DiskQueue, StopWithoutPatienceDropsWhatWaitsAndRefusesMore) {
    std::promise<void> started;
    std::promise<void> go;
    std::atomic<int> ran{0};
    DiskQueue queue(10);
    CHECK(queue.post([&] {
        started.set_value();
        go.get_future().wait();
    }));
    CHECK(queue.post([&] { ++ran; }));
    started.get_future().wait();
    std::thread stopper([&] { queue.stop(branchline::Duration::zero()); });
    while (queue.post([&] { ++ran; })) {
        std::this_thread::yield();
    }
    go.set_value();
    stopper.join();
    CHECK(!queue.post([] {}));
}

TEST(DiskQueue, StopWithPatienceFinishesTheWork) {
    std::atomic<int> ran{0};
    DiskQueue queue(100);
    for (int i = 0; i < 50; ++i) {
        CHECK(queue.post([&] { ++ran; }));
    }
    queue.stop(std::chrono::seconds(10));
    CHECK_EQUAL(50, ran.load());
}
