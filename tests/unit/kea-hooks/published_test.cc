#include "kea-hooks/published.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;

namespace {

/// Two numbers that are equal as long as nobody freed them.
struct Pair {
    explicit Pair(int value) : first(value), second(value) {}
    ~Pair() { second = -1; }
    int first;
    int second;
};

}  // namespace

TEST_GROUP(Published){};

TEST(Published, NothingIsThereBeforeTheFirst) {
    Published<Pair> shared;
    CHECK(!shared.read());
    shared.publish(std::make_unique<const Pair>(1));
    CHECK_EQUAL(1, shared.read()->first);
}

TEST(Published, AnOldValueLivesAsLongAsItsReader) {
    Published<Pair> shared;
    shared.publish(std::make_unique<const Pair>(1));
    {
        const auto reading = shared.read();
        shared.publish(std::make_unique<const Pair>(2));
        shared.reclaim();
        CHECK_EQUAL(1u, shared.retired());
        CHECK_EQUAL(1, reading->second);
        CHECK_EQUAL(2, shared.read()->first);
    }
    shared.reclaim();
    CHECK_EQUAL(0u, shared.retired());
}

TEST(Published, ReadersNeverSeeAFreedValue) {
    Published<Pair> shared;
    shared.publish(std::make_unique<const Pair>(0));
    std::atomic<bool> stop{false};
    std::atomic<bool> torn{false};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!stop.load()) {
                const auto reading = shared.read();
                if (reading->first != reading->second) {
                    torn = true;
                }
            }
        });
    }
    for (int i = 1; i < 5000; ++i) {
        shared.publish(std::make_unique<const Pair>(i));
    }
    stop = true;
    for (auto& reader : readers) {
        reader.join();
    }
    shared.reclaim();
    CHECK(!torn);
    CHECK_EQUAL(0u, shared.retired());
}
