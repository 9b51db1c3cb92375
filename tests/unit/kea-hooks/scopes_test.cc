#include "kea-hooks/scopes.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;

namespace {

Layer serving(const char* address) {
    Layer layer;
    layer.servers = ServerList{{ServerEntry{parse_address(address)}}, {}};
    return layer;
}

std::string first(const Setting& setting) {
    return setting.servers == nullptr || setting.servers->v4.empty()
               ? std::string()
               : (setting.servers->v4[0].is_auto() ? "auto" : to_text(*setting.servers->v4[0].address));
}

}  // namespace

TEST_GROUP(Scopes) {
    const Address inside = *parse_address("10.0.0.15");
    const Address outside = *parse_address("10.0.0.30");
};

TEST(Scopes, WithoutAWordEverywhereTheDefaultsHold) {
    const Table table{Layer{}};
    const auto setting = table.setting(1, {});
    CHECK_EQUAL(std::string("auto"), first(setting));
    CHECK(setting.endpoints == Endpoints::cisco);
    CHECK(setting.order == Order::listed);
    CHECK(setting.withdraw_dead);
    CHECK(!setting.alternatives.option_66);
    CHECK_EQUAL(std::string("/run/kea/branchline-events.sock"), *setting.event_socket);
    CHECK(table.serves(Family::v4));
    CHECK(table.serves(Family::v6));
}

TEST(Scopes, TheNearestWins) {
    Table table(serving("1.0.0.1"));
    CHECK_EQUAL(std::string("1.0.0.1"), first(table.setting(7, inside)));
    table.set_global(serving("2.0.0.2"));
    CHECK_EQUAL(std::string("2.0.0.2"), first(table.setting(7, inside)));
    table.add_subnet(6, serving("3.0.0.3"), {});
    CHECK_EQUAL(std::string("3.0.0.3"), first(table.setting(6, inside)));
    table.add_subnet(7, serving("3.0.0.3"), serving("4.0.0.4"));
    CHECK_EQUAL(std::string("4.0.0.4"), first(table.setting(7, inside)));
    table.add_pool(7, *parse_address("10.0.0.10"), *parse_address("10.0.0.20"), serving("5.0.0.5"));
    CHECK_EQUAL(std::string("5.0.0.5"), first(table.setting(7, inside)));
    CHECK_EQUAL(std::string("4.0.0.4"), first(table.setting(7, outside)));
    CHECK_EQUAL(std::string("4.0.0.4"), first(table.setting(7, {})));
    CHECK_EQUAL(std::string("2.0.0.2"), first(table.setting(8, inside)));
}

TEST(Scopes, APoolEndsWithItsLastAddress) {
    Table table{Layer{}};
    table.add_pool(7, *parse_address("10.0.0.10"), *parse_address("10.0.0.20"), serving("5.0.0.5"));
    CHECK_EQUAL(std::string("5.0.0.5"), first(table.setting(7, *parse_address("10.0.0.10"))));
    CHECK_EQUAL(std::string("5.0.0.5"), first(table.setting(7, *parse_address("10.0.0.20"))));
    CHECK_EQUAL(std::string("auto"), first(table.setting(7, *parse_address("10.0.0.9"))));
    CHECK_EQUAL(std::string("auto"), first(table.setting(7, *parse_address("10.0.0.21"))));
}

TEST(Scopes, KeyByKey) {
    Table table(serving("1.0.0.1"));
    Layer subnet;
    subnet.order = Order::spread;
    table.add_subnet(7, {}, subnet);
    const auto setting = table.setting(7, {});
    CHECK_EQUAL(std::string("1.0.0.1"), first(setting));
    CHECK(setting.order == Order::spread);
}

TEST(Scopes, AClassAndAHostAreFoundByNameAndKey) {
    Table table{Layer{}};
    CHECK(!table.has_classes());
    table.add_class("lobby", serving("6.0.0.6"));
    table.add_class("silent", {});
    CHECK(table.has_classes());
    CHECK(table.find_class("lobby") != nullptr);
    CHECK(table.find_class("silent") == nullptr);
    const std::array<std::uint8_t, 6> mac{0, 1, 2, 3, 4, 5};
    table.add_host(host_key(7, 0, mac), serving("7.0.0.7"));
    CHECK(table.find_host(host_key(7, 0, mac)) != nullptr);
    CHECK(table.find_host(host_key(8, 0, mac)) == nullptr);
    CHECK(table.find_host(host_key(7, 1, mac)) == nullptr);
}

TEST(Scopes, AListOfTheOtherFamilyServesNobodyHere) {
    const Table table(serving("1.0.0.1"));
    CHECK(table.serves(Family::v4));
    CHECK(!table.serves(Family::v6));
}
