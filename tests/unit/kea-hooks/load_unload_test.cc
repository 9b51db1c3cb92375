#include "hook_driver.h"

#include <dhcp/dhcp4.h>
#include <dhcp/dhcp6.h>
#include <dhcpsrv/cfg_db_access.h>
#include <dhcpsrv/cfg_option.h>
#include <dhcpsrv/cfgmgr.h>
#include <dhcpsrv/pool.h>
#include <process/daemon.h>

#include <boost/make_shared.hpp>

#include <filesystem>
#include <iterator>
#include <optional>

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;
using namespace isc::dhcp;
using isc::data::Element;

namespace {

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
