// What the loaded library tells the daemon, from the callouts of both servers to the datagram.
#include "hook_driver.h"

#include <dhcp/dhcp4.h>
#include <dhcp/dhcp6.h>

#include <boost/make_shared.hpp>

#include <optional>

#include "event_socket.h"

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;
using namespace isc::dhcp;

namespace {

using Kind = branchline::api::LeaseEvent::Kind;

}  // namespace

TEST_GROUP(HookEvents) {
    std::optional<EventSocket> socket;
    std::optional<LoadedHook> hook;

    void setup() override {
        socket.emplace();
        hook.emplace(LoadedHook::Server::dhcp4, socket->parameters("192.0.2.1"));
        CHECK_EQUAL(std::string(), hook->configure());
    }
    void teardown() override {
        hook.reset();
        socket.reset();
    }

    branchline::api::LeaseEvent next() {
        return socket->next();
    }
    void answer(std::uint8_t type, std::uint8_t answer_type, const std::string& vendor_class = cisco_phone) {
        hook->send4(query4(type, vendor_class), response4(answer_type), subnet4());
    }
    static Lease4Ptr lease() {
        auto made = boost::make_shared<Lease4>();
        made->addr_ = isc::asiolink::IOAddress("10.0.0.15");
        made->hwaddr_ = HWAddrPtr(new HWAddr({0, 0x11, 0x22, 0x33, 0x44, 0x77}, HTYPE_ETHER));
        made->subnet_id_ = 7;
        return made;
    }
};

TEST(HookEvents, AnOfferIsToldWithItsServers) {
    answer(DHCPDISCOVER, DHCPOFFER);
    const auto event = next();
    CHECK(event.kind == Kind::offered);
    CHECK_EQUAL(std::string("10.0.0.15"), event.address);
    CHECK_EQUAL(0x55, event.mac->at(5));
    CHECK_EQUAL(7u, event.subnet);
    CHECK_EQUAL(std::string("192.0.2.1"), event.servers.at(0));
    CHECK(event.vendor_class.starts_with("Cisco Systems, Inc. IP Phone"));
    CHECK(event.why_none.empty());
}

TEST(HookEvents, ADiscoverIsToldBeforeItIsAnswered) {
    hook->receive4(query4(DHCPREQUEST));
    hook->receive4(query4(DHCPDISCOVER));
    const auto phone = next();
    CHECK(phone.kind == Kind::asked);
    CHECK_EQUAL(0x55, phone.mac->at(5));
    CHECK_EQUAL(std::string("not-answered"), phone.why_none);
    hook->receive4(query4(DHCPDISCOVER, "MSFT 5.0"));
    CHECK_EQUAL(std::string("not-a-phone"), next().why_none);
}

TEST(HookEvents, ARequestToAStrangerIsToldAndToAPartnerIsNot) {
    for (const auto& server : {Wire{192, 0, 2, 1}, Wire{203, 0, 113, 9}}) {
        const auto query = query4(DHCPREQUEST);
        add_option(*query, DHO_DHCP_SERVER_IDENTIFIER, server);
        hook->receive4(query);
    }
    const auto event = next();
    CHECK(event.kind == Kind::elsewhere);
    CHECK_EQUAL(std::string("203.0.113.9"), event.servers.at(0));
    CHECK_EQUAL(0x55, event.mac->at(5));
}

TEST(HookEvents, AnAckIsACommit) {
    answer(DHCPREQUEST, DHCPACK);
    CHECK(next().kind == Kind::committed);
}

TEST(HookEvents, WhoIsNoPhoneIsToldWithTheReason) {
    answer(DHCPREQUEST, DHCPACK, "MSFT 5.0");
    const auto event = next();
    CHECK(event.servers.empty());
    CHECK_EQUAL(std::string("not-a-phone"), event.why_none);
}

TEST(HookEvents, LeasesThatEndAreTold) {
    hook->end4("lease4_release", lease(), query4(DHCPRELEASE));
    CHECK(next().kind == Kind::released);
    hook->end4("lease4_decline", lease(), query4(DHCPDECLINE));
    CHECK(next().kind == Kind::declined);
    hook->end4("lease4_expire", lease(), {});
    const auto event = next();
    CHECK(event.kind == Kind::expired);
    CHECK_EQUAL(0x77, event.mac->at(5));
    CHECK_EQUAL(std::string("10.0.0.15"), event.address);
}

TEST(HookEvents, AnArgumentThatIsMissingDoesNotHoldUpTheNextEvent) {
    hook->end4("lease4_release", lease(), {});
    answer(DHCPDISCOVER, DHCPOFFER);
    CHECK(next().kind == Kind::offered);
    CHECK(hook->command("branchline-status-get").find("\"errors\": 1") != std::string::npos);
}

TEST_GROUP(HookEvents6) {
    std::optional<EventSocket> socket;
    std::optional<LoadedHook> hook;

    void setup() override {
        socket.emplace();
        hook.emplace(LoadedHook::Server::dhcp6, socket->parameters("2001:db8::1"));
        CHECK_EQUAL(std::string(), hook->configure());
    }
    void teardown() override {
        hook.reset();
        socket.reset();
    }
    static Lease6Ptr lease(Lease::Type type = Lease::TYPE_NA) {
        auto made = boost::make_shared<Lease6>();
        made->type_ = type;
        made->addr_ = isc::asiolink::IOAddress("2001:db8::15");
        made->duid_ = DuidPtr(new DUID({0, 3, 0, 1, 0, 0x11, 0x22, 0x33, 0x44, 0x77}));
        made->hwaddr_ = HWAddrPtr(new HWAddr({0, 0x11, 0x22, 0x33, 0x44, 0x77}, HTYPE_ETHER));
        made->subnet_id_ = 9;
        return made;
    }
};

TEST(HookEvents6, ASolicitIsToldBeforeItIsAnswered) {
    hook->receive6(query6(DHCPV6_REQUEST));
    hook->receive6(query6(DHCPV6_SOLICIT));
    const auto event = socket->next();
    CHECK(event.kind == Kind::asked);
    CHECK_EQUAL(6u, event.family);
    CHECK_EQUAL(std::string("not-answered"), event.why_none);
}

TEST(HookEvents6, TheMacIsTheNearestRelaysWordElseTheDuidsElseTheAddresss) {
    const auto query = query6(DHCPV6_SOLICIT);
    query->setRemoteAddr(isc::asiolink::IOAddress("fe80::211:22ff:fe33:4477"));
    Pkt6::RelayInfo far;
    far.peeraddr_ = isc::asiolink::IOAddress("fe80::1");
    auto near = far;
    const auto relays_word = [](std::uint8_t last) {
        return boost::make_shared<Option>(Option::V6, D6O_CLIENT_LINKLAYER_ADDR, Wire{0, 1, 0, 0x11, 0x22, 0x33, 0x44, last});
    };
    far.options_.insert({D6O_CLIENT_LINKLAYER_ADDR, relays_word(0x88)});
    near.options_.insert({D6O_CLIENT_LINKLAYER_ADDR, relays_word(0x99)});
    query->relay_info_ = {far, near};
    hook->receive6(query);
    CHECK_EQUAL(0x99, socket->next().mac->at(5));
    query->relay_info_.clear();
    hook->receive6(query);
    CHECK_EQUAL(0x55, socket->next().mac->at(5));
    query->delOption(D6O_CLIENTID);
    hook->receive6(query);
    CHECK_EQUAL(0x77, socket->next().mac->at(5));
}

TEST(HookEvents6, LeasesThatEndAreTold) {
    hook->end6("lease6_release", lease(), query6(DHCPV6_RELEASE));
    CHECK(socket->next().kind == Kind::released);
    hook->end6("lease6_decline", lease(), query6(DHCPV6_DECLINE));
    CHECK(socket->next().kind == Kind::declined);
    hook->end6("lease6_expire", lease(), {});
    const auto event = socket->next();
    CHECK(event.kind == Kind::expired);
    CHECK_EQUAL(0x77, event.mac->at(5));
    CHECK_EQUAL(std::string("2001:db8::15"), event.address);
    CHECK_EQUAL(9u, event.subnet);
}

TEST(HookEvents6, ADelegatedPrefixThatEndsIsNoPhonesAddress) {
    hook->end6("lease6_expire", lease(Lease::TYPE_PD), {});
    hook->end6("lease6_expire", lease(), {});
    CHECK_EQUAL(std::string("2001:db8::15"), socket->next().address);
    hook->end6("lease6_release", lease(Lease::TYPE_PD), query6(DHCPV6_RELEASE));
    hook->end6("lease6_decline", lease(), query6(DHCPV6_DECLINE));
    CHECK(socket->next().kind == Kind::declined);
}

TEST(HookEvents6, AnArgumentThatIsMissingDoesNotHoldUpTheNextEvent) {
    hook->end6("lease6_release", lease(), {});
    hook->end6("lease6_expire", lease(), {});
    CHECK(socket->next().kind == Kind::expired);
}
