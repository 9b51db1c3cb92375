#include "hook_driver.h"

#include <dhcp/dhcp4.h>
#include <dhcp/option_string.h>
#include <dhcp/option_vendor_class.h>
#include <dhcpsrv/cfgmgr.h>
#include <dhcpsrv/client_class_def.h>
#include <dhcpsrv/host.h>
#include <dhcpsrv/shared_network.h>

#include <optional>
#include <random>

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;
using namespace isc::dhcp;
using isc::data::Element;

namespace {

std::string quiet(const std::string& parameters) {
    return R"({ "event-socket": "", )" + parameters + " }";
}

const char* const two = R"("tftp-servers": [ "192.0.2.1", "192.0.2.2" ])";

std::string context(const char* address) {
    return R"({ "branchline": { "tftp-servers": [ ")" + std::string(address) + R"(" ] } })";
}

}  // namespace

TEST_GROUP(Callouts4) {
    std::optional<LoadedHook> hook;
    Subnet4Ptr subnet = subnet4();

    void start(const std::string& parameters) {
        hook.emplace(LoadedHook::Server::dhcp4, quiet(parameters));
        CHECK(hook->loaded());
        CHECK_EQUAL(std::string(), hook->configure());
    }
    std::string sent(const Pkt4Ptr& query, const Pkt4Ptr& response) {
        hook->send4(query, response, subnet);
        return servers_in(*response);
    }
    std::string offered(const std::string& vendor_class = cisco_phone, std::uint8_t last_of_mac = 0x55) {
        return sent(query4(DHCPDISCOVER, vendor_class, last_of_mac), response4(DHCPOFFER));
    }
    void teardown() override {
        hook.reset();
    }
};

TEST(Callouts4, OfferAckAndInformGetOption150Unasked) {
    start(two);
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2"), offered());
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2"), sent(query4(DHCPREQUEST), response4(DHCPACK)));
    subnet.reset();
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2"), sent(query4(DHCPINFORM), response4(DHCPACK, "0.0.0.0")));
}

TEST(Callouts4, ANakAndABootpReplyGetNothing) {
    start(two);
    CHECK_EQUAL(std::string("-"), sent(query4(DHCPREQUEST), response4(DHCPNAK, "0.0.0.0")));
}

TEST(Callouts4, NoResponseIsNoProblem) {
    start(two);
    hook->send4(query4(DHCPDISCOVER), {}, subnet);
    hook->send4({}, response4(DHCPOFFER), subnet);
}

TEST(Callouts4, TheBytesAreTheDocumentedOnes) {
    start(R"("tftp-servers": [ "192.0.2.10", "192.0.2.11" ], "alternatives": [ "option-66" ])");
    const auto response = response4(DHCPACK);
    hook->send4(query4(DHCPREQUEST), response, subnet);
    std::map<std::uint16_t, Wire> options;
    for (const auto& [code, data] : wire_options(*response)) {
        options[code] = data;
    }
    CHECK((options[150] == Wire{192, 0, 2, 10, 192, 0, 2, 11}));
    const std::string name(options[66].begin(), options[66].end());
    CHECK_EQUAL(std::string("192.0.2.10"), name);
}

TEST(Callouts4, WhoIsNoPhoneGetsNothingUnlessAllAreServed) {
    start(two);
    CHECK_EQUAL(std::string("-"), offered("MSFT 5.0"));
    CHECK_EQUAL(std::string("-"), offered(""));
    hook.reset();
    start(std::string(two) + R"(, "endpoints": "all")");
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2"), offered(""));
}

TEST(Callouts4, Option124OfEnterpriseNineMakesAPhone) {
    start(two);
    const auto query = query4(DHCPDISCOVER, "");
    query->addOption(boost::make_shared<OptionVendorClass>(Option::V4, 9));
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2"), sent(query, response4(DHCPOFFER)));
    const auto raw = query4(DHCPDISCOVER, "");
    add_option(*raw, DHO_VIVCO_SUBOPTIONS, {0, 0, 0, 1, 1, 'x', 0, 0, 0, 9, 1, 'y'});
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2"), sent(raw, response4(DHCPOFFER)));
    const auto other = query4(DHCPDISCOVER, "");
    other->addOption(boost::make_shared<OptionVendorClass>(Option::V4, 4491));
    CHECK_EQUAL(std::string("-"), sent(other, response4(DHCPOFFER)));
}

TEST(Callouts4, AClientClassMakesAPhone) {
    start(two);
    const auto query = query4(DHCPDISCOVER, "");
    query->addClass("branchline-phones");
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2"), sent(query, response4(DHCPOFFER)));
}

TEST(Callouts4, ForeignOptionsStayAndOur150IsTheOnlyOne) {
    start(two);
    const auto response = response4(DHCPOFFER);
    add_option(*response, 150, {10, 9, 9, 9});
    add_option(*response, DHO_ROUTERS, {10, 0, 0, 1});
    response->addOption(boost::make_shared<OptionString>(Option::V4, DHO_TFTP_SERVER_NAME, "tftp.example.com"));
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2"), sent(query4(DHCPDISCOVER), response));
    std::map<std::uint16_t, Wire> options;
    for (const auto& [code, data] : wire_options(*response)) {
        options[code] = data;
    }
    CHECK((options[DHO_ROUTERS] == Wire{10, 0, 0, 1}));
    CHECK_EQUAL(16u, options[DHO_TFTP_SERVER_NAME].size());
}

TEST(Callouts4, AnOperators150StaysForWhoIsNoPhone) {
    start(two);
    const auto response = response4(DHCPOFFER);
    add_option(*response, 150, {10, 9, 9, 9});
    CHECK_EQUAL(std::string("10.9.9.9"), sent(query4(DHCPDISCOVER, "MSFT 5.0"), response));
}

TEST(Callouts4, AnEmptyListSendsNothing) {
    start(R"("tftp-servers": [])");
    CHECK_EQUAL(std::string("-"), offered());
    hook.reset();
    start(R"("tftp-servers": [ "2001:db8::1" ])");
    CHECK_EQUAL(std::string("-"), offered());
    hook.reset();
    start(R"("tftp-servers": [ "auto" ])");  // the loopback interface has no address for phones
    CHECK_EQUAL(std::string("-"), offered());
    CHECK(hook->command("branchline-status-get").find("\"no-server\": 1") != std::string::npos);
}

TEST(Callouts4, SixtyThreeServersFillTheOption) {
    std::string list = R"("tftp-servers": [ "192.0.2.1")";
    for (int i = 2; i <= 63; ++i) {
        list += ", \"192.0.2." + std::to_string(i) + "\"";
    }
    start(list + " ]");
    const auto response = response4(DHCPACK);
    hook->send4(query4(DHCPREQUEST), response, subnet);
    std::size_t size = 0;
    for (const auto& [code, data] : wire_options(*response)) {
        size += code == 150 ? data.size() : 0;
    }
    CHECK_EQUAL(252u, size);
}

TEST(Callouts4, SpreadIsStableForAPhoneAndDiffersBetweenPhones) {
    start(std::string(two) + R"(, "order": "spread")");
    int first = 0;
    for (std::uint8_t phone = 0; phone < 64; ++phone) {
        const auto one = offered(cisco_phone, phone);
        CHECK_EQUAL(one, offered(cisco_phone, phone));
        first += one == "192.0.2.1 192.0.2.2" ? 1 : 0;
    }
    CHECK(first > 10);
    CHECK(first < 54);
}

TEST(Callouts4, TheNearestScopeWins) {
    hook.emplace(LoadedHook::Server::dhcp4, quiet(R"("tftp-servers": [ "192.0.2.1" ])"));
    auto config = hook->staging();
    const auto network = SharedNetwork4::create("floor");
    const auto plain = subnet4(1);
    auto other = Subnet4::create(isc::asiolink::IOAddress("10.1.0.0"), 24, 1, 2, 3600, 2);
    auto pool = boost::make_shared<Pool4>(isc::asiolink::IOAddress("10.1.0.10"), isc::asiolink::IOAddress("10.1.0.20"));
    auto alone = Subnet4::create(isc::asiolink::IOAddress("10.2.0.0"), 24, 1, 2, 3600, 3);
    config->setContext(Element::fromJSON(context("192.0.2.2")));
    network->setContext(Element::fromJSON(context("192.0.2.3")));
    other->setContext(Element::fromJSON(context("192.0.2.4")));
    pool->setContext(Element::fromJSON(context("192.0.2.5")));
    other->addPool(pool);
    for (const auto& one : {plain, other, alone}) {
        config->getCfgSubnets4()->add(one);
    }
    network->add(plain);
    network->add(other);
    config->getCfgSharedNetworks4()->add(network);
    config->getClientClassDictionary()->addClass("lobby", ExpressionPtr(), "", false, false, CfgOptionPtr(), CfgOptionDefPtr(),
                                                 Element::fromJSON(context("192.0.2.6")));
    config->getClientClassDictionary()->addClass("attic", ExpressionPtr(), "", false, false, CfgOptionPtr(), CfgOptionDefPtr(),
                                                 Element::fromJSON(context("192.0.2.7")));
    const auto host = boost::make_shared<Host>("00:11:22:33:44:55", "hw-address", SubnetID(2), SUBNET_ID_UNUSED,
                                               isc::asiolink::IOAddress::IPV4_ZERO_ADDRESS());
    host->setContext(Element::fromJSON(context("192.0.2.8")));
    config->getCfgHosts()->add(host);
    CHECK_EQUAL(std::string(), hook->configure());

    const auto ask = [&](const Subnet4Ptr& where, const char* leased, std::initializer_list<const char*> classes) {
        const auto query = query4(DHCPDISCOVER);
        for (const char* name : classes) {
            query->addClass(name);
        }
        const auto response = response4(DHCPOFFER, leased);
        hook->send4(query, response, where);
        return servers_in(*response);
    };
    CHECK_EQUAL(std::string("192.0.2.2"), ask(alone, "10.2.0.15", {}));
    CHECK_EQUAL(std::string("192.0.2.2"), ask(alone, "10.2.0.15", {"KNOWN"}));
    CHECK_EQUAL(std::string("192.0.2.3"), ask(plain, "10.0.0.15", {}));
    CHECK_EQUAL(std::string("192.0.2.4"), ask(other, "10.1.0.30", {}));
    CHECK_EQUAL(std::string("192.0.2.5"), ask(other, "10.1.0.15", {}));
    CHECK_EQUAL(std::string("192.0.2.6"), ask(other, "10.1.0.15", {"lobby", "attic"}));
    CHECK_EQUAL(std::string("192.0.2.7"), ask(other, "10.1.0.15", {"attic", "lobby"}));
    CHECK_EQUAL(std::string("192.0.2.8"), ask(other, "10.1.0.15", {"KNOWN", "lobby"}));
    CHECK_EQUAL(std::string("192.0.2.6"), ask(other, "10.1.0.15", {"lobby"}));  // Kea found no reservation
}

TEST(Callouts4, HostileBytesGetTheirAnswer) {
    start(two);
    std::mt19937 random(99);
    for (int round = 0; round < 3000; ++round) {
        const auto query = query4(DHCPDISCOVER, "");
        for (const auto code : std::initializer_list<std::uint16_t>{60, 61, 82, 124, 125, 55}) {
            Wire data(random() % 40);
            for (auto& byte : data) {
                byte = static_cast<std::uint8_t>(random() % 11);
            }
            add_option(*query, code, data);
        }
        const auto response = response4(DHCPOFFER);
        hook->send4(query, response, subnet);
        CHECK(!wire_options(*response).empty());
    }
    CHECK(hook->command("branchline-status-get").find("\"errors\": 0") != std::string::npos);
}
