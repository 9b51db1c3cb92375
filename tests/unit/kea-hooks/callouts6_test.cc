#include "hook_driver.h"

#include <dhcp/dhcp6.h>
#include <dhcp/option_vendor.h>
#include <dhcp/option_vendor_class.h>
#include <dhcpsrv/cfgmgr.h>
#include <dhcpsrv/host.h>

#include <optional>
#include <random>

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;
using namespace isc::dhcp;
using isc::data::Element;

namespace {

const char* const two = R"({ "event-socket": "", "tftp-servers": [ "192.0.2.1", "2001:db8::1", "2001:db8::2" ] })";
const std::string both = "2001:db8::1 2001:db8::2";

}  // namespace

TEST_GROUP(Callouts6) {
    std::optional<LoadedHook> hook;
    Subnet6Ptr subnet = subnet6();

    void start(const std::string& parameters) {
        hook.emplace(LoadedHook::Server::dhcp6, parameters);
        CHECK(hook->loaded());
        CHECK_EQUAL(std::string(), hook->configure());
    }
    std::string sent(const Pkt6Ptr& query, const Pkt6Ptr& response) {
        hook->send6(query, response, subnet);
        return servers_in(*response);
    }
    void teardown() override {
        hook.reset();
    }
};

TEST(Callouts6, AdvertiseReplyAndInformationReplyGetSubOption1) {
    start(two);
    CHECK_EQUAL(both, sent(query6(DHCPV6_SOLICIT), response6(DHCPV6_ADVERTISE)));
    for (const std::uint8_t type : {DHCPV6_SOLICIT, DHCPV6_REQUEST, DHCPV6_RENEW, DHCPV6_REBIND}) {
        CHECK_EQUAL(both, sent(query6(type), response6(DHCPV6_REPLY)));
    }
    subnet.reset();
    CHECK_EQUAL(both, sent(query6(DHCPV6_INFORMATION_REQUEST), response6(DHCPV6_REPLY, "")));
}

TEST(Callouts6, ReleaseDeclineAndConfirmGetNothing) {
    start(two);
    for (const std::uint8_t type : {DHCPV6_RELEASE, DHCPV6_DECLINE, DHCPV6_CONFIRM}) {
        CHECK_EQUAL(std::string("-"), sent(query6(type), response6(DHCPV6_REPLY, "")));
    }
}

TEST(Callouts6, TheBytesAreTheDocumentedOnes) {
    start(R"({ "event-socket": "", "tftp-servers": [ "2001:101:2::10", "2001:101:2::11" ] })");
    const auto response = response6(DHCPV6_REPLY, "");
    hook->send6(query6(DHCPV6_REQUEST), response, subnet);
    const Wire expected{0, 0, 0, 9,    0,    1, 0, 32, 0x20, 1, 1, 1, 0, 2, 0, 0, 0, 0, 0, 0,
                        0, 0, 0, 0x10, 0x20, 1, 1, 1,  0,    2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11};
    CHECK_EQUAL(1u, wire_options(*response).size());
    CHECK(wire_options(*response)[0].second == expected);
}

TEST(Callouts6, WhoIsNoPhoneGetsNothing) {
    start(two);
    CHECK_EQUAL(std::string("-"), sent(query6(DHCPV6_SOLICIT, false), response6(DHCPV6_ADVERTISE)));
    const auto other = query6(DHCPV6_SOLICIT, false);
    other->addOption(boost::make_shared<OptionVendorClass>(Option::V6, 4491));
    CHECK_EQUAL(std::string("-"), sent(other, response6(DHCPV6_ADVERTISE)));
}

TEST(Callouts6, VendorClassVendorOptionsOrClientClassMakeAPhone) {
    start(two);
    const auto vendor_class = query6(DHCPV6_SOLICIT, false);
    vendor_class->addOption(boost::make_shared<OptionVendorClass>(Option::V6, 9));
    CHECK_EQUAL(both, sent(vendor_class, response6(DHCPV6_ADVERTISE)));
    const auto second = query6(DHCPV6_SOLICIT, false);
    second->addOption(boost::make_shared<OptionVendorClass>(Option::V6, 4491));
    second->addOption(boost::make_shared<OptionVendorClass>(Option::V6, 9));
    CHECK_EQUAL(both, sent(second, response6(DHCPV6_ADVERTISE)));
    const auto vendor_options = query6(DHCPV6_SOLICIT, false);
    vendor_options->addOption(boost::make_shared<OptionVendor>(Option::V6, 9));
    CHECK_EQUAL(both, sent(vendor_options, response6(DHCPV6_ADVERTISE)));
    const auto client_class = query6(DHCPV6_SOLICIT, false);
    client_class->addClass("branchline-phones");
    CHECK_EQUAL(both, sent(client_class, response6(DHCPV6_ADVERTISE)));
}

TEST(Callouts6, OursGoesIntoTheVendorOptionThatIsThere) {
    start(two);
    const auto response = response6(DHCPV6_ADVERTISE, "");
    const auto cable = boost::make_shared<OptionVendor>(Option::V6, 4491);
    cable->addOption(boost::make_shared<Option>(Option::V6, 1, Wire{1, 2, 3}));
    const auto ours = boost::make_shared<OptionVendor>(Option::V6, 9);
    ours->addOption(boost::make_shared<Option>(Option::V6, 1, Wire(16, 0xaa)));
    ours->addOption(boost::make_shared<Option>(Option::V6, 2, Wire{'n'}));
    response->addOption(cable);
    response->addOption(ours);
    CHECK_EQUAL(both, sent(query6(DHCPV6_SOLICIT), response));
    const auto options = wire_options(*response);
    CHECK_EQUAL(2u, options.size());
    for (const auto& [code, data] : options) {
        CHECK_EQUAL(D6O_VENDOR_OPTS, code);
        if (data[3] == 9) {
            CHECK_EQUAL(4u + 4 + 32 + 4 + 1, data.size());  // sub-option 2 is still there
        } else {
            CHECK((data == Wire{0, 0, 0x11, 0x8b, 0, 1, 0, 3, 1, 2, 3}));
        }
    }
    // What the configuration holds was not changed by it.
    CHECK_EQUAL(16, ours->getOption(1)->len() - 4);
}

TEST(Callouts6, AnEmptyVendorOptionOfKeasIsFilled) {
    start(two);
    const auto response = response6(DHCPV6_ADVERTISE);
    response->addOption(boost::make_shared<OptionVendor>(Option::V6, 9));
    CHECK_EQUAL(both, sent(query6(DHCPV6_SOLICIT), response));
}

TEST(Callouts6, PlainBytesOfAnotherHookAreMergedToo) {
    start(two);
    const auto response = response6(DHCPV6_ADVERTISE);
    add_option(*response, D6O_VENDOR_OPTS, {0, 0, 0, 9, 0, 2, 0, 1, 'n'});
    CHECK_EQUAL(both, sent(query6(DHCPV6_SOLICIT), response));
}

TEST(Callouts6, NeverAnEmptyOption) {
    start(R"({ "event-socket": "", "tftp-servers": [ "192.0.2.1" ] })");
    const auto response = response6(DHCPV6_ADVERTISE, "");
    CHECK_EQUAL(std::string("-"), sent(query6(DHCPV6_SOLICIT), response));
    CHECK(wire_options(*response).empty());
}

TEST(Callouts6, SubOption2OnlyWhenAskedFor) {
    start(R"({ "event-socket": "", "tftp-servers": [ "2001:db8::1" ], "alternatives": [ "sub-option-2" ] })");
    const auto response = response6(DHCPV6_ADVERTISE, "");
    hook->send6(query6(DHCPV6_SOLICIT), response, subnet);
    const auto data = wire_options(*response).at(0).second;
    const std::string tail(data.end() - 11, data.end());
    CHECK_EQUAL(std::string("2001:db8::1"), tail);
    CHECK_EQUAL(4u + 4 + 16 + 4 + 11, data.size());
}

TEST(Callouts6, SubnetAndHostOverride) {
    hook.emplace(LoadedHook::Server::dhcp6, two);
    subnet->setContext(Element::fromJSON(R"({ "branchline": { "tftp-servers": [ "2001:db8::4" ] } })"));
    hook->staging()->getCfgSubnets6()->add(subnet);
    const auto host = boost::make_shared<Host>("00:03:00:01:00:11:22:33:44:55", "duid", SUBNET_ID_UNUSED, SubnetID(9),
                                               isc::asiolink::IOAddress::IPV4_ZERO_ADDRESS());
    host->setContext(Element::fromJSON(R"({ "branchline": { "tftp-servers": [ "2001:db8::8" ] } })"));
    hook->staging()->getCfgHosts()->add(host);
    CHECK_EQUAL(std::string(), hook->configure());
    CHECK_EQUAL(std::string("2001:db8::4"), sent(query6(DHCPV6_SOLICIT), response6(DHCPV6_ADVERTISE)));
    const auto known = query6(DHCPV6_SOLICIT);
    known->addClass("KNOWN");
    CHECK_EQUAL(std::string("2001:db8::8"), sent(known, response6(DHCPV6_ADVERTISE)));
}

TEST(Callouts6, SixtyThreeServersAreSent) {
    std::string list = R"({ "event-socket": "", "tftp-servers": [ "2001:db8::1")";
    for (int i = 2; i <= 63; ++i) {
        list += ", \"2001:db8::" + std::to_string(i) + "\"";
    }
    start(list + " ] }");
    const auto response = response6(DHCPV6_ADVERTISE, "");
    hook->send6(query6(DHCPV6_SOLICIT), response, subnet);
    CHECK_EQUAL(4u + 4 + 63 * 16, wire_options(*response).at(0).second.size());
}

TEST(Callouts6, HostileBytesGetTheirAnswer) {
    start(two);
    std::mt19937 random(5);
    for (int round = 0; round < 3000; ++round) {
        const auto query = query6(DHCPV6_SOLICIT, false);
        query->delOption(D6O_CLIENTID);
        for (const auto code : std::initializer_list<std::uint16_t>{1, 6, 16, 17, 79}) {
            Wire data(random() % 40);
            for (auto& byte : data) {
                byte = static_cast<std::uint8_t>(random() % 19);
            }
            add_option(*query, code, data);
        }
        const auto response = response6(DHCPV6_ADVERTISE);
        Wire vendor{0, 0, 0, static_cast<std::uint8_t>(8 + random() % 2)};
        for (auto more = random() % 12; more > 0; --more) {
            vendor.push_back(static_cast<std::uint8_t>(random() % 9));
        }
        add_option(*response, D6O_VENDOR_OPTS, vendor);
        hook->send6(query, response, subnet);
        CHECK(!wire_options(*response).empty());
    }
}
