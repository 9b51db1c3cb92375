#include "hook_driver.h"

#include <dhcp/dhcp4.h>
#include <dhcp/dhcp6.h>
#include <dhcpsrv/cfg_db_access.h>
#include <dhcpsrv/cfg_option.h>
#include <dhcpsrv/cfgmgr.h>
#include <dhcpsrv/pool.h>
#include <hooks/hooks_manager.h>
#include <process/daemon.h>

#include <boost/make_shared.hpp>

#include <optional>

#include "event_socket.h"

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;
using namespace isc::dhcp;
using isc::data::Element;

namespace {

using Kind = branchline::api::LeaseEvent::Kind;

std::string serving(const char* address) {
    return R"({ "event-socket": "", "tftp-servers": [ ")" + std::string(address) + R"(" ] })";
}

}  // namespace

TEST_GROUP(LoadUnload) {
    std::optional<LoadedHook> hook;

    void start(const std::string& parameters) {
        hook.emplace(LoadedHook::Server::dhcp4, parameters);
        CHECK(hook->loaded());
    }
    std::string offered() {
        const auto response = response4(DHCPOFFER);
        hook->send4(query4(DHCPDISCOVER), response, subnet4());
        return servers_in(*response);
    }
    void teardown() override {
        hook.reset();
    }
};

TEST(LoadUnload, BeforeTheFirstConfigurationNothingIsSent) {
    start(serving("192.0.2.1"));
    CHECK_EQUAL(std::string("-"), offered());
}

TEST(LoadUnload, AWrongValueDoesNotFailTheLoad) {
    start(R"({ "tftp-servers": [ "10.0.0.300" ], "event-socket": "" })");
}

TEST(LoadUnload, AtFirstStartAWrongParameterMeansNoServersAndDhcpGoesOn) {
    start(R"({ "tftp-servers": [ "10.0.0.300" ], "event-socket": "" })");
    const auto subnet = subnet4();
    subnet->setContext(Element::fromJSON(R"({ "branchline": { "tftp-servers": [ "192.0.2.4" ] } })"));
    hook->staging()->getCfgSubnets4()->add(subnet);
    CHECK_EQUAL(std::string(), hook->configure());
    CHECK_EQUAL(std::string("192.0.2.4"), offered());
    const auto elsewhere = response4(DHCPOFFER);
    hook->send4(query4(DHCPDISCOVER), elsewhere, subnet4(8));
    CHECK_EQUAL(std::string("-"), servers_in(*elsewhere));
    const auto status = hook->command("branchline-status-get");
    CHECK(status.find("10.0.0.300") != std::string::npos);
    CHECK_TEXT(status.find("\"tftp-servers\": [  ]") != std::string::npos, status.c_str());  // and not "auto"
}

TEST(LoadUnload, TheReportOfScopesHasSettingsAndOptionsInEffect) {
    start(serving("192.0.2.1"));
    const auto subnet = subnet4();
    subnet->setContext(
        Element::fromJSON(R"({ "branchline": { "tftp-servers": [ "auto", "192.0.2.4" ], "order": "spread" } })"));
    const auto pool = boost::make_shared<Pool4>(isc::asiolink::IOAddress("10.0.0.10"), isc::asiolink::IOAddress("10.0.0.20"));
    pool->setContext(Element::fromJSON(R"({ "branchline": { "tftp-servers": [ "192.0.2.5" ] } })"));
    subnet->addPool(pool);
    const auto add = [](const CfgOptionPtr& to, std::uint16_t code, const char* text) {
        to->add(OptionDescriptor(boost::make_shared<Option>(Option::V4, code), false, false, text), DHCP4_OPTION_SPACE);
    };
    add(hook->staging()->getCfgOption(), DHO_ROUTERS, "192.0.2.253");
    add(hook->staging()->getCfgOption(), DHO_NTP_SERVERS, "192.0.2.123");
    add(subnet->getCfgOption(), DHO_ROUTERS, "192.0.2.254");
    hook->staging()->getCfgSubnets4()->add(subnet);
    CHECK_EQUAL(std::string(), hook->configure());
    const auto report = Element::fromJSON(hook->command("branchline-status-get"))->get("arguments")->get("scope-report");
    LONGS_EQUAL(4, report->get("family")->intValue());
    const auto scope = report->get("scopes")->get(0);
    LONGS_EQUAL(7, scope->get("subnet-id")->intValue());
    CHECK_EQUAL(std::string(R"([ "auto", "192.0.2.4" ])"), scope->get("tftp-servers")->str());
    CHECK_EQUAL(std::string("\"spread\""), scope->get("order")->str());
    CHECK_EQUAL(std::string(R"([ { "range": "10.0.0.10 - 10.0.0.20", "tftp-servers": [ "192.0.2.5" ] } ])"),
                scope->get("pools")->str());
    CHECK_EQUAL(std::string(R"([ { "code": 3, "data": "192.0.2.254", "name": "routers" }, )"
                            R"({ "code": 42, "data": "192.0.2.123", "name": "ntp-servers" } ])"),
                scope->get("options")->str());
}

TEST(LoadUnload, AnOptionThatCannotBeShownCostsNoPhoneItsServers) {
    start(serving("192.0.2.1"));
    const auto subnet = subnet4();
    const auto add = [&subnet](std::uint16_t code, std::size_t size) {
        const auto option = boost::make_shared<Option>(Option::V4, code, OptionBuffer(size, 0xab));
        subnet->getCfgOption()->add(OptionDescriptor(option, false, false), DHCP4_OPTION_SPACE);
    };
    add(224, 2);
    add(225, 300);
    hook->staging()->getCfgSubnets4()->add(subnet);
    CHECK_EQUAL(std::string(), hook->configure());
    CHECK_EQUAL(std::string("192.0.2.1"), offered());
    const auto report = Element::fromJSON(hook->command("branchline-status-get"))->get("arguments")->get("scope-report");
    const auto options = report->get("scopes")->get(0)->get("options");
    CHECK_EQUAL(std::string("\"0xABAB\""), options->get(0)->get("data")->str());
    UNSIGNED_LONGS_EQUAL(2, options->size());
}

TEST(LoadUnload, AtFirstStartAWrongScopeSaysNothing) {
    start(serving("192.0.2.1"));
    const auto subnet = subnet4();
    subnet->setContext(Element::fromJSON(R"({ "branchline": { "tftp-servers": [ "nonsense" ] } })"));
    hook->staging()->getCfgSubnets4()->add(subnet);
    CHECK_EQUAL(std::string(), hook->configure());
    CHECK_EQUAL(std::string("192.0.2.1"), offered());
}

TEST(LoadUnload, ACheckRefusesAWrongValueAtOnce) {
    start(serving("10.0.0.300"));
    const auto access = hook->staging()->getCfgDbAccess();
    access->setLeaseDbAccessString("type=memfile");
    access->setAppendedParameters("universe=4 persist=false");
    CHECK(hook->configure().find("10.0.0.300") != std::string::npos);
}

TEST(LoadUnload, ACheckPassesARightOne) {
    start(serving("192.0.2.1"));
    const auto access = hook->staging()->getCfgDbAccess();
    access->setLeaseDbAccessString("type=memfile");
    access->setAppendedParameters("universe=4 persist=false");
    CHECK_EQUAL(std::string(), hook->configure());
}

TEST(LoadUnload, AWrongParameterOnReloadKeepsTheRunningSetting) {
    start(serving("192.0.2.1"));
    CHECK_EQUAL(std::string(), hook->configure());
    hook->reload(serving("10.0.0.300"));
    CHECK(hook->loaded());
    CHECK_EQUAL(std::string("192.0.2.1"), offered());  // Kea has not asked us yet, or failed before it did
    const auto error = hook->configure();
    CHECK(error.find("10.0.0.300") != std::string::npos);
    CHECK(error.find("(string)") != std::string::npos || error.find(":1:") != std::string::npos);
    CHECK(error.find("was kept") != std::string::npos);
    CHECK_EQUAL(std::string("192.0.2.1"), offered());
    hook->reload(serving("192.0.2.9"));
    CHECK_EQUAL(std::string(), hook->configure());
    CHECK_EQUAL(std::string("192.0.2.9"), offered());
}

TEST(LoadUnload, AWrongScopeOnReloadKeepsTheRunningSetting) {
    start(serving("192.0.2.1"));
    CHECK_EQUAL(std::string(), hook->configure());
    hook->reload(serving("192.0.2.9"));
    hook->staging()->setContext(Element::fromJSON(R"({ "branchline": { "ordre": "spread" } })"));
    const auto error = hook->configure();
    CHECK(error.find("ordre") != std::string::npos);
    CHECK(error.find("global user-context") != std::string::npos);
    CHECK_EQUAL(std::string("192.0.2.1"), offered());
}

TEST(LoadUnload, WhenALaterLibrarySaysNoTheRunningSettingHolds) {
    start(serving("192.0.2.1"));
    CHECK_EQUAL(std::string(), hook->configure());
    hook->reload(serving("192.0.2.9"));
    hook->configure_without_commit();
    CHECK_EQUAL(std::string("192.0.2.1"), offered());
}

TEST(LoadUnload, OtherProcessesRefuseTheLibrary) {
    start(serving("192.0.2.1"));
    isc::process::Daemon::setProcName("kea-ctrl-agent");
    hook->reload(serving("192.0.2.1"));
    CHECK(!hook->loaded());
}

TEST(LoadUnload, NothingOfOursIsLeftAfterUnload) {
    start(serving("192.0.2.1"));
    CHECK_EQUAL(std::string(), hook->configure());
    const auto threads = [] {
        const std::filesystem::directory_iterator tasks("/proc/self/task");
        return std::distance(begin(tasks), end(tasks));
    };
    const auto files = [] {
        const std::filesystem::directory_iterator open("/proc/self/fd");
        return std::distance(begin(open), end(open));
    };
    const auto with = threads();
    const auto open_with = files();
    // A response that was handed our options outlives the library.
    const auto response = response4(DHCPOFFER);
    hook->send4(query4(DHCPDISCOVER), response, subnet4());
    hook.reset();
    CHECK_EQUAL(with - 1, threads());
    CHECK(files() < open_with);
    CHECK_EQUAL(std::string("192.0.2.1"), servers_in(*response));
}

TEST(LoadUnload, TheStatusCommandShowsWhatIsInForce) {
    start(serving("192.0.2.1"));
    CHECK_EQUAL(std::string(), hook->configure());
    offered();
    const auto status = hook->command("branchline-status-get");
    for (const char* part :
         {"\"result\": 0", "\"tftp-servers\": [ \"192.0.2.1\" ]", "\"option-150-sent\": 1", "\"daemon\": \"unknown\""}) {
        CHECK_TEXT(status.find(part) != std::string::npos, status.c_str());
    }
}

TEST(LoadUnload, WhatAConfigurationDatabaseBringsIsInForceAtOnce) {
    start(serving("192.0.2.1"));
    CHECK_EQUAL(std::string(), hook->configure());
    const auto context = Element::createMap();
    context->set("branchline", Element::fromJSON(R"({ "tftp-servers": [ "192.0.2.9" ] })"));
    CfgMgr::instance().getCurrentCfg()->setContext(context);
    CHECK_EQUAL(std::string("192.0.2.1"), offered());
    hook->configuration_database_changed();
    CHECK_EQUAL(std::string("192.0.2.9"), offered());
}

TEST(LoadUnload, TheSameForDhcp6) {
    hook.emplace(LoadedHook::Server::dhcp6, serving("2001:db8::1"));
    CHECK_EQUAL(std::string(), hook->configure());
    const auto advertised = [this] {
        const auto response = response6(DHCPV6_ADVERTISE);
        hook->send6(query6(DHCPV6_SOLICIT), response, subnet6());
        return servers_in(*response);
    };
    const auto context = Element::createMap();
    context->set("branchline", Element::fromJSON(R"({ "tftp-servers": [ "2001:db8::9" ] })"));
    CfgMgr::instance().getCurrentCfg()->setContext(context);
    CHECK_EQUAL(std::string("2001:db8::1"), advertised());
    hook->configuration_database_changed();
    CHECK_EQUAL(std::string("2001:db8::9"), advertised());
}

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
