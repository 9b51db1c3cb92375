#include "tftpd/phones/lease_table.h"

#include <chrono>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using Kind = api::LeaseEvent::Kind;

namespace {

const TimePoint start{};

MacAddress mac(std::uint8_t last) {
    return {0, 0x11, 0x22, 0x33, 0x44, last};
}

api::LeaseEvent event(Kind kind, std::uint8_t last, const std::string& address, unsigned family = 4) {
    api::LeaseEvent made;
    made.kind = kind;
    made.family = family;
    made.mac = mac(last);
    made.address = address;
    made.lifetime = 600;
    return made;
}

}  // namespace

TEST_GROUP(LeaseTable) {
    LeaseTable table{2};
};

TEST(LeaseTable, KeepsTheLastAddressOfEachFamily) {
    table.update(event(Kind::committed, 1, "10.0.0.1"), start);
    table.update(event(Kind::committed, 1, "2001:db8::1", 6), start);
    table.update(event(Kind::renewed, 1, "10.0.0.2"), start + std::chrono::seconds(5));
    const auto phone = table.find(mac(1));
    CHECK(phone.has_value());
    CHECK_EQUAL(std::string("10.0.0.2"), phone->v4.text);
    CHECK_EQUAL(std::string("2001:db8::1"), phone->v6.text);
    CHECK(phone->v4.heard == start + std::chrono::seconds(5));
    CHECK(!table.find_address("10.0.0.1"));
    CHECK(table.find_address("2001:db8::1")->mac == mac(1));
}

TEST(LeaseTable, AnAddressOfTheOtherFamilyOrNoneAtAllIsPassedOver) {
    table.update(event(Kind::committed, 1, "10.0.0.1"), start);
    for (const auto* wrong : {"10.0.0.1", "10.0.0.2", "nonsense"}) {
        CHECK(table.update(event(Kind::committed, 1, wrong, 6), start));
    }
    table.update(event(Kind::committed, 1, "2001:db8::1"), start);
    CHECK_EQUAL(std::string("10.0.0.1"), table.find(mac(1))->v4.text);
    CHECK_EQUAL(std::string(), table.find(mac(1))->v6.text);
    table.update(event(Kind::released, 1, "10.0.0.1"), start);
    CHECK(!table.find_address("10.0.0.1"));
}

TEST(LeaseTable, LeasesInUseAreCountedBySubnet) {
    LeaseTable all;
    const auto lease = [&](std::uint8_t last, const char* address, std::uint8_t family, std::uint32_t subnet, Kind kind) {
        auto made = event(kind, last, address, family);
        made.subnet = subnet;
        all.update(made, start);
    };
    lease(1, "10.0.0.1", 4, 1, Kind::committed);
    lease(1, "2001:db8::1", 6, 1, Kind::committed);
    lease(2, "10.0.0.2", 4, 1, Kind::held);
    lease(3, "10.1.0.3", 4, 2, Kind::committed);
    lease(4, "10.1.0.4", 4, 2, Kind::offered);
    lease(5, "10.1.0.5", 4, 2, Kind::seen);
    const auto counts = all.leases_by_subnet(start + std::chrono::seconds(599));
    CHECK_EQUAL(3U, counts.size());
    CHECK_EQUAL(2U, counts.at({4, 1}));
    CHECK_EQUAL(1U, counts.at({6, 1}));
    CHECK_EQUAL(1U, counts.at({4, 2}));
    CHECK(all.leases_by_subnet(start + std::chrono::seconds(600)).empty());
}

TEST(LeaseTable, AnOfferIsNoLease) {
    table.update(event(Kind::offered, 1, "10.0.0.1"), start);
    CHECK(table.find(mac(1)).has_value());
    CHECK(!table.find_address("10.0.0.1"));
}

TEST(LeaseTable, TheEndOfAnOlderLeaseLeavesTheNewOne) {
    table.update(event(Kind::committed, 1, "10.0.0.2"), start);
    table.update(event(Kind::expired, 1, "10.0.0.1"), start);
    CHECK_EQUAL(std::string("10.0.0.2"), table.find(mac(1))->v4.text);
    table.update(event(Kind::released, 1, "10.0.0.2"), start);
    CHECK(table.find(mac(1))->v4.text.empty());
    CHECK(!table.find_address("10.0.0.2"));
}

TEST(LeaseTable, AnAddressBelongsToThePhoneThatGotItLast) {
    table.update(event(Kind::committed, 1, "10.0.0.1"), start);
    table.update(event(Kind::committed, 2, "10.0.0.1"), start);
    CHECK(table.find_address("10.0.0.1")->mac == mac(2));
    CHECK(table.find(mac(1))->v4.text.empty());
}

TEST(LeaseTable, WhenFullThePhoneSilentForLongestGoes) {
    table.update(event(Kind::committed, 1, "10.0.0.1"), start);
    table.update(event(Kind::committed, 2, "10.0.0.2"), start);
    table.update(event(Kind::renewed, 1, "10.0.0.1"), start);
    CHECK_EQUAL(2u, table.size());
    table.update(event(Kind::committed, 3, "10.0.0.3"), start);
    CHECK_EQUAL(2u, table.size());
    CHECK(table.find(mac(1)).has_value());
    CHECK(!table.find(mac(2)));
    CHECK(!table.find_address("10.0.0.2"));
}

TEST(LeaseTable, AnEventWithoutMacIsPassedOver) {
    auto nameless = event(Kind::committed, 1, "10.0.0.1");
    nameless.mac.reset();
    CHECK(!table.update(nameless, start));
    CHECK_EQUAL(0u, table.size());
}

TEST(LeaseTable, ALeaseRunsOutAndIsRenewed) {
    using namespace std::chrono_literals;
    table.update(event(Kind::committed, 1, "10.0.0.1"), start);
    CHECK(table.leased_to("10.0.0.1", start + 599s) == mac(1));
    CHECK(!table.leased_to("10.0.0.1", start + 600s));
    table.update(event(Kind::renewed, 1, "10.0.0.1"), start + 300s);
    CHECK(table.leased_to("10.0.0.1", start + 899s) == mac(1));
    table.update(event(Kind::released, 1, "10.0.0.1"), start + 301s);
    CHECK(!table.leased_to("10.0.0.1", start + 301s));
}

TEST(LeaseTable, ADeviceIsFoundByItsAddressHoweverThatIsWritten) {
    table.update(event(Kind::committed, 1, "10.0.0.1"), start);
    const auto device_with = [&](const char* address) {
        return table.device_with(boost::asio::ip::make_address(address), start);
    };
    CHECK_EQUAL(std::string("001122334401"), device_with("10.0.0.1"));
    CHECK_EQUAL(std::string("001122334401"), device_with("::ffff:10.0.0.1"));
    CHECK_EQUAL(std::string(), device_with("10.0.0.2"));
}

TEST(LeaseTable, WhatTheServerHasCountsAsALeaseUntilItIsGone) {
    table.update(event(Kind::held, 1, "10.0.0.1"), start);
    CHECK(table.leased_to("10.0.0.1", start) == mac(1));
    table.update(event(Kind::gone, 1, "10.0.0.2"), start);
    CHECK(table.leased_to("10.0.0.1", start) == mac(1));
    table.update(event(Kind::gone, 1, "10.0.0.1"), start);
    CHECK(!table.leased_to("10.0.0.1", start));
}

TEST(LeaseTable, AnUnknownLifetimeLasts) {
    auto made = event(Kind::committed, 1, "10.0.0.1");
    made.lifetime = 0;
    table.update(made, start);
    CHECK(table.leased_to("10.0.0.1", start + std::chrono::hours(10000)) == mac(1));
}

// Anybody may send an INFORM with any MAC in it.
TEST(LeaseTable, WhatAPhoneSaysOfItselfIsNoLeaseAndTakesNoneAway) {
    table.update(event(Kind::seen, 1, "10.0.0.1"), start);
    CHECK(table.holder_of("10.0.0.1") == mac(1));
    CHECK(!table.leased_to("10.0.0.1", start));
    table.update(event(Kind::committed, 2, "10.0.0.1"), start);
    table.update(event(Kind::seen, 1, "10.0.0.1"), start);
    CHECK(table.leased_to("10.0.0.1", start) == mac(2));
    table.update(event(Kind::seen, 2, "10.0.0.9"), start);
    CHECK(table.leased_to("10.0.0.1", start) == mac(2));
    CHECK(!table.holder_of("10.0.0.9"));
    table.update(event(Kind::seen, 1, "10.0.0.1"), start + std::chrono::seconds(600));
    CHECK(table.holder_of("10.0.0.1") == mac(1));
}
