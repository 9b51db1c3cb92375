#include "tftpd/api/lease_event.h"

#include <random>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using api::LeaseEvent;

namespace {

LeaseEvent full_event() {
    LeaseEvent event;
    event.kind = LeaseEvent::Kind::renewed;
    event.family = 6;
    event.mac = {0x00, 0x1b, 0xd4, 0xff, 0x0a, 0x7f};
    event.client_id = "0003000100112233";
    event.address = "2001:db8::100";
    event.lifetime = 4294967295u;
    event.vendor_class = std::string("Cisco Systems, Inc. 100% \n=\0\xff", 29);
    event.subnet = 7;
    event.relay = "fe80::1";
    event.servers = {"2001:db8::1", "2001:db8::2"};
    event.why_none = "because, of that";
    return event;
}

ByteView text(std::string_view characters) {
    return as_bytes(characters);
}

}  // namespace

TEST_GROUP(LeaseEvent){};

TEST(LeaseEvent, EverythingComesBackAsItWas) {
    const auto event = full_event();
    const auto back = api::decode(api::encode(event));
    CHECK(!!back);
    CHECK(event.kind == back->kind);
    CHECK_EQUAL(event.family, back->family);
    CHECK(event.mac == back->mac);
    CHECK_EQUAL(event.client_id, back->client_id);
    CHECK_EQUAL(event.address, back->address);
    CHECK_EQUAL(event.lifetime, back->lifetime);
    CHECK(event.vendor_class == back->vendor_class);
    CHECK_EQUAL(event.subnet, back->subnet);
    CHECK_EQUAL(event.relay, back->relay);
    CHECK(event.servers == back->servers);
    CHECK_EQUAL(event.why_none, back->why_none);
}

TEST(LeaseEvent, EveryKindHasItsWord) {
    using Kind = LeaseEvent::Kind;
    for (const auto kind : {Kind::asked, Kind::seen, Kind::offered, Kind::committed, Kind::renewed, Kind::released,
                            Kind::expired, Kind::declined, Kind::elsewhere, Kind::held, Kind::gone}) {
        LeaseEvent event;
        event.kind = kind;
        const auto back = api::decode(api::encode(event));
        CHECK(!!back);
        CHECK(kind == back->kind);
        CHECK(!back->mac);
    }
}

TEST(LeaseEvent, NeverLongerThanItsLimitAndStillWhole) {
    auto event = full_event();
    event.servers.assign(63, "2001:db8:1111:2222:3333:4444:5555:6666");
    event.vendor_class.assign(255, '\xff');
    event.client_id.assign(260, 'a');
    const auto encoded = api::encode(event);
    CHECK(encoded.size() <= api::max_event_size);
    const auto back = api::decode(encoded);
    CHECK(!!back);
    CHECK(back->servers.size() > 30);
    CHECK_EQUAL(event.address, back->address);
    CHECK(event.mac == back->mac);
}

TEST(LeaseEvent, SixtyThreeIPv4ServersFit) {
    auto event = full_event();
    event.servers.assign(63, "255.255.255.255");
    CHECK_EQUAL(63u, api::decode(api::encode(event))->servers.size());
}

TEST(LeaseEvent, LongerThanTheLimitIsRefused) {
    std::string at_limit = "branchline-event=1\nkind=seen\nx=";
    at_limit.append(api::max_event_size - at_limit.size(), 'y');
    CHECK(!!api::decode(text(at_limit)));
    CHECK(!api::decode(text(at_limit + "y")));
}

TEST(LeaseEvent, UnknownKeysArePassedOver) {
    const auto event = api::decode(text("branchline-event=1\nkind=seen\nnews=of tomorrow\nfamily=6"));
    CHECK(!!event);
    CHECK_EQUAL(6u, event->family);
}

TEST(LeaseEvent, WrongValuesAreRefused) {
    for (const char* wrong :
         {"", "branchline-event=2\nkind=seen\n", "branchline-event=1\n", "branchline-event=1\nkind=eaten\n",
          "branchline-event=1\nkind=seen\nfamily=5\n", "branchline-event=1\nkind=seen\nmac=00:11:22:33:44\n",
          "branchline-event=1\nkind=seen\nmac=00:11:22:33:44:5g\n", "branchline-event=1\nkind=seen\nlifetime=4294967296\n",
          "branchline-event=1\nkind=seen\nlifetime=-1\n", "branchline-event=1\nkind=seen\nsubnet=1x\n",
          "branchline-event=1\nkind=seen\nno equals sign\n"}) {
        CHECK_TEXT(!api::decode(text(wrong)), wrong);
    }
}

TEST(LeaseEvent, ABrokenEscapeStandsForItself) {
    const auto event = api::decode(text("branchline-event=1\nkind=seen\naddress=%4\nrelay=%zz%41%"));
    CHECK(!!event);
    CHECK_EQUAL(std::string("%4"), event->address);
    CHECK_EQUAL(std::string("%zzA%"), event->relay);
}

TEST(LeaseEvent, AtMostSixtyFourServersAreRead) {
    std::string many = "branchline-event=1\nkind=seen\nservers=a";
    for (int i = 0; i < 100; ++i) {
        many += ",a";
    }
    CHECK_EQUAL(64u, api::decode(text(many))->servers.size());
}

TEST(LeaseEvent, AnyBytesAreDecodedOrRefusedWithoutHarm) {
    std::mt19937 random(4711);
    const auto good = api::encode(full_event());
    for (int round = 0; round < 20000; ++round) {
        auto bytes = good;
        for (auto change = random() % 8; change > 0; --change) {
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        }
        bytes.resize(random() % (bytes.size() + 1));
        const auto event = api::decode(bytes);
        if (event) {
            CHECK(api::encode(*event).size() <= api::max_event_size);
        }
    }
}
