#include "tftpd/control/scope_view.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::Element;

TEST_GROUP(ScopeView) {
    Machine machine{{boost::asio::ip::make_address("198.51.100.1"), boost::asio::ip::make_address("192.0.2.9"),
                     boost::asio::ip::make_address("192.0.2.1"), boost::asio::ip::make_address("2001:db8:1::1")}};
    ServersAlive alive{true, {{"192.0.2.2", true}}};

    std::string in_effect(const std::string& servers, const std::string& subnet = "192.0.2.0/24", bool withdraw = true) {
        const auto scope = Element::fromJSON(R"({ "subnet": ")" + subnet + R"(", "tftp-servers": )" + servers +
                                             R"(, "withdraw-dead": )" + (withdraw ? "true" : "false") + " }");
        return servers_in_effect(scope, machine, alive)->str();
    }
};

TEST(ScopeView, AutoIsTheLowestAddressInTheScopesNetwork) {
    STRCMP_EQUAL(R"([ { "address": "192.0.2.1", "auto": true, "left-out": false, "up": true } ])",
                 in_effect(R"([ "auto" ])").c_str());
    STRCMP_EQUAL(R"([ { "address": "2001:db8:1::1", "auto": true, "left-out": false, "up": true } ])",
                 in_effect(R"([ "auto" ])", "2001:db8:1::/64").c_str());
}

TEST(ScopeView, BehindARelayAutoHasNoAddressYet) {
    STRCMP_EQUAL(R"([ { "auto": true, "left-out": false, "up": true } ])", in_effect(R"([ "auto" ])", "10.20.0.0/16").c_str());
}

TEST(ScopeView, TheDeadAreLeftOutAndWhoIsNotKnownIsNot) {
    alive.others["192.0.2.2"] = false;
    STRCMP_EQUAL(
        R"([ { "address": "192.0.2.2", "left-out": true, "up": false }, { "address": "192.0.2.3", "left-out": false } ])",
        in_effect(R"([ "192.0.2.2", "192.0.2.3" ])").c_str());
    STRCMP_CONTAINS(R"("left-out": false, "up": false)",
                    in_effect(R"([ "192.0.2.2", "192.0.2.3" ])", "192.0.2.0/24", false).c_str());
}

TEST(ScopeView, WhenAllAreDeadTheListIsWhole) {
    alive = {false, {{"192.0.2.2", false}}};
    CHECK(in_effect(R"([ "auto", "192.0.2.2" ])").find("true, \"up\"") == std::string::npos);
    alive.others["192.0.2.2"] = true;
    STRCMP_CONTAINS(R"("address": "192.0.2.1", "auto": true, "left-out": true, "up": false)",
                    in_effect(R"([ "auto", "192.0.2.2" ])").c_str());
}

TEST(ScopeView, AnAddressOfOursIsUpWhileWeServe) {
    STRCMP_EQUAL(R"([ { "address": "198.51.100.1", "left-out": false, "up": true } ])",
                 in_effect(R"([ "198.51.100.1" ])").c_str());
}
