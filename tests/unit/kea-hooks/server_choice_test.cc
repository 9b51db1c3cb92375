#include "kea-hooks/server_choice.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::hook;

TEST_GROUP(ServerChoice) {
    Surroundings around;
    ServerList list;
    Setting setting;
    Bytes mac{0, 0x11, 0x22, 0x33, 0x44, 0x55};

    void setup() override {
        setting.servers = &list;
    }
    void entry(const char* address) {
        const auto parsed = parse_address(address);
        (parsed && parsed->family() == Family::v6 ? list.v6 : list.v4).push_back({parsed});
    }
    std::string chosen(Family family = Family::v4) {
        Choice choice;
        choose_servers(setting, family, Asker{3, {}, {}, mac}, around, choice);
        std::string text = choice.why_none;
        for (const auto& address : choice.view()) {
            text += (text.empty() ? "" : " ") + to_text(address);
        }
        return text;
    }
};

TEST(ServerChoice, AutoIsTheInterfacesAddress) {
    around.interfaces[3].v4.push_back({*parse_address("10.0.0.1"), false, false, true});
    list.v4 = {ServerEntry{}};
    entry("192.0.2.2");
    CHECK_EQUAL(std::string("10.0.0.1 192.0.2.2"), chosen());
}

TEST(ServerChoice, AutoThatIsAlsoListedStandsOnce) {
    around.interfaces[3].v4.push_back({*parse_address("192.0.2.2"), false, false, true});
    list.v4 = {ServerEntry{}};
    entry("192.0.2.2");
    CHECK_EQUAL(std::string("192.0.2.2"), chosen());
}

TEST(ServerChoice, NothingHasItsReason) {
    CHECK_EQUAL(std::string("no-servers"), chosen());
    setting.servers = nullptr;
    CHECK_EQUAL(std::string("no-servers"), chosen());
    setting.servers = &list;
    list.v4 = {ServerEntry{}};
    CHECK_EQUAL(std::string("no-address-on-interface"), chosen());
}

TEST(ServerChoice, SixtyThreeFit) {
    for (int i = 1; i <= 63; ++i) {
        entry(("192.0.2." + std::to_string(i)).c_str());
    }
    Choice choice;
    choose_servers(setting, Family::v4, Asker{3, {}, {}, mac}, around, choice);
    CHECK_EQUAL(63u, choice.count);
    setting.order = Order::spread;
    choose_servers(setting, Family::v4, Asker{3, {}, {}, mac}, around, choice);
    CHECK_EQUAL(63u, std::set<Address>(choice.view().begin(), choice.view().end()).size());
}

TEST(ServerChoice, DeadOnesAreLeftOutUnlessAllAre) {
    entry("192.0.2.1");
    entry("192.0.2.2");
    around.table_seen = true;
    around.down = {*parse_address("192.0.2.1")};
    CHECK_EQUAL(std::string("192.0.2.2"), chosen());
    setting.withdraw_dead = false;
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2"), chosen());
    setting.withdraw_dead = true;
    around.down = {*parse_address("192.0.2.1"), *parse_address("192.0.2.2")};
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2"), chosen());
    around.table_seen = false;
    around.down = {*parse_address("192.0.2.1")};
    CHECK_EQUAL(std::string("192.0.2.1 192.0.2.2"), chosen());
}

TEST(ServerChoice, SpreadDependsOnPhoneAndSetNotOnTheListsOrder) {
    setting.order = Order::spread;
    entry("192.0.2.1");
    entry("192.0.2.2");
    entry("192.0.2.3");
    const auto one = chosen();
    CHECK_EQUAL(one, chosen());
    std::reverse(list.v4.begin(), list.v4.end());
    CHECK_EQUAL(one, chosen());
}

TEST(ServerChoice, SpreadSharesTheLoad) {
    setting.order = Order::spread;
    entry("192.0.2.1");
    entry("192.0.2.2");
    int first = 0;
    for (int phone = 0; phone < 1000; ++phone) {
        mac[4] = static_cast<std::uint8_t>(phone >> 8);
        mac[5] = static_cast<std::uint8_t>(phone & 0xff);
        first += chosen().starts_with("192.0.2.1") ? 1 : 0;
    }
    CHECK(first > 420);
    CHECK(first < 580);
}

TEST(ServerChoice, AServerThatDiesMovesOnlyItsOwnPhones) {
    setting.order = Order::spread;
    entry("192.0.2.1");
    entry("192.0.2.2");
    entry("192.0.2.3");
    around.table_seen = true;
    for (int phone = 0; phone < 200; ++phone) {
        mac[5] = static_cast<std::uint8_t>(phone);
        around.down.clear();
        const auto before = chosen();
        around.down = {*parse_address("192.0.2.1")};
        auto expected = before;
        const auto at = expected.find("192.0.2.1");
        expected.erase(at == 0 ? 0 : at - 1, 10);
        CHECK_EQUAL(expected, chosen());
    }
}
