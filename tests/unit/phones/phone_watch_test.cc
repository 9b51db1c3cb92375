#include "tftpd/phones/phone_watch.h"

#include <thread>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(PhoneWatch) {
    LeaseTable leases;
    const MacAddress mac{0, 0x11, 0x22, 0x33, 0x44, 0x55};

    /// The watch's thread has taken all that was given it when it sees the mark.
    static void settle(PhoneWatch & watch) {
        api::LeaseEvent mark;
        mark.mac = MacAddress{2, 0, 0, 0, 0, 1};
        watch.heard(mark);
        while (!watch.find(*mark.mac)) {
            std::this_thread::yield();
        }
    }
};

TEST(PhoneWatch, AFileIsThePhonesThatHasTheLease) {
    api::LeaseEvent event;
    event.mac = mac;
    event.address = "192.0.2.50";
    leases.update(event, Clock::now());
    PhoneWatch watch(leases);
    FileReport report;
    report.phone = boost::asio::ip::make_address("::ffff:192.0.2.50");
    report.name = "ringlist.xml";
    report.ended = Clock::now();
    watch.heard(report);
    settle(watch);
    CHECK_EQUAL(std::string("ringlist.xml"), watch.find(mac)->boots.back().files.at(0).report.name);
}

TEST(PhoneWatch, LooksAtAllUntilToldToStop) {
    PhoneWatch watch(leases);
    api::LeaseEvent event;
    event.mac = mac;
    watch.heard(event);
    settle(watch);
    int seen = 0;
    watch.for_each([&](const PhoneTimeline&) { return ++seen < 1; });
    CHECK_EQUAL(1, seen);
    watch.for_each([&](const PhoneTimeline&) { return ++seen < 10; });
    CHECK_EQUAL(3, seen);
}
