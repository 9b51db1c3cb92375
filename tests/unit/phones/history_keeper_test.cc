#include "tftpd/phones/history_keeper.h"

#include "../scratch.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(HistoryKeeper) {
    test::Scratch scratch;
    std::filesystem::path file = scratch / "phones/history.db";
    PhoneHistory settings;
    LeaseTable leases;
    const MacAddress mac{0, 0x11, 0x22, 0x33, 0x44, 0x55};

    void setup() override {
        settings.write_interval = std::chrono::hours(24);
    }  // what is written is written at the end

    /// One life of the daemon, in which that phone boots.
    void live(const MacAddress& phone) {
        History history(file, settings);
        PhoneWatch watch(leases, [&] { return load_history(history); });
        const HistoryKeeper keeper(history, watch, settings);
        boot(watch, phone);
    }
    static void boot(PhoneWatch & watch, const MacAddress& phone) {
        api::LeaseEvent event;
        event.mac = phone;
        watch.heard(event);
        watch.stop();
    }
    std::size_t kept() {
        History history(file, settings);
        return load_history(history).size();
    }
};

TEST(HistoryKeeper, WhatWasHeardIsKnownInTheNextLife) {
    live(mac);
    CHECK_EQUAL(1U, kept());
    live({0, 0x11, 0x22, 0x33, 0x44, 0x66});
    CHECK_EQUAL(2U, kept());
}

TEST(HistoryKeeper, OffNothingIsKeptOrMade) {
    settings.lifetime = std::chrono::seconds(0);
    live(mac);
    CHECK(!std::filesystem::exists(file));
}

TEST(HistoryKeeper, WhatWasHeardWhileItWasOffIsKeptOnceItIsOn) {
    auto off = settings;
    off.lifetime = std::chrono::seconds(0);
    History history(file, off);
    PhoneWatch watch(leases);
    {
        HistoryKeeper keeper(history, watch, off);
        boot(watch, mac);
        keeper.use(settings);
    }
    CHECK_EQUAL(1U, kept());
}

TEST(HistoryKeeper, WhatCouldNotBeWrittenIsToBeWrittenStill) {
    scratch.write("phones", "a file where the directory should be");
    History history(file, settings);
    PhoneWatch watch(leases);
    {
        const HistoryKeeper keeper(history, watch, settings);
        boot(watch, mac);
    }
    CHECK_EQUAL(1U, watch.take_changed(100).size());
}
