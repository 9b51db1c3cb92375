#include "kea-hooks/surroundings.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;

TEST_GROUP(Surroundings) {
    Surroundings around;

    void has(const char* address, bool secondary = false, bool deprecated = false, bool permanent = true) {
        auto& lists = around.interfaces[3];
        const auto parsed = *parse_address(address);
        (parsed.family() == Family::v4 ? lists.v4 : lists.v6).push_back({parsed, secondary, deprecated, permanent});
        put_in_order(lists);
    }
    std::string own(Family family, const char* subnet = nullptr, unsigned length = 0, const char* packet = nullptr) {
        return to_text(around.own_address(3, family, subnet != nullptr ? Prefix{*parse_address(subnet), length} : Prefix{},
                                          packet != nullptr ? *parse_address(packet) : Address{}));
    }
};

TEST(Surroundings, AnAddressInThePhonesSubnetComesFirst) {
    has("192.0.2.1");
    has("10.0.0.1", true);
    CHECK_EQUAL(std::string("10.0.0.1"), own(Family::v4, "10.0.0.0", 24));
    CHECK_EQUAL(std::string("10.0.0.1"), own(Family::v4, "10.0.0.0", 24, "192.0.2.1"));
}

TEST(Surroundings, ElseWhereThePacketWasSentTo) {
    has("192.0.2.1");
    has("192.0.2.2", true);
    CHECK_EQUAL(std::string("192.0.2.2"), own(Family::v4, "10.0.0.0", 24, "192.0.2.2"));
    CHECK_EQUAL(std::string("192.0.2.1"), own(Family::v4, "10.0.0.0", 24, "192.0.2.9"));
}

TEST(Surroundings, ElsePrimaryAndTheLowest) {
    has("192.0.2.9");
    has("192.0.2.3", true);
    has("192.0.2.8");
    CHECK_EQUAL(std::string("192.0.2.8"), own(Family::v4));
}

TEST(Surroundings, LinkLocalIPv4OnlyWhenNothingElseIsThere) {
    has("169.254.7.7");
    CHECK_EQUAL(std::string("169.254.7.7"), own(Family::v4));
    has("192.0.2.9", true);
    CHECK_EQUAL(std::string("192.0.2.9"), own(Family::v4));
}

TEST(Surroundings, IPv6OfTheSubnetsKindThenGlobal) {
    has("fd00::1");
    has("2001:db8::1");
    CHECK_EQUAL(std::string("2001:db8::1"), own(Family::v6));
    CHECK_EQUAL(std::string("fd00::1"), own(Family::v6, "fd00:1::", 64));
    CHECK_EQUAL(std::string("2001:db8::1"), own(Family::v6, "2001:db8:1::", 64));
}

TEST(Surroundings, DeprecatedOnlyWhenNothingElseFits) {
    has("2001:db8::1", false, true);
    CHECK_EQUAL(std::string("2001:db8::1"), own(Family::v6));
    has("2001:db8::2", false, false, false);
    CHECK_EQUAL(std::string("2001:db8::2"), own(Family::v6));
}

TEST(Surroundings, AnInterfaceThatIsNotThereHasNoAddress) {
    CHECK_EQUAL(std::string(), own(Family::v4));
    has("192.0.2.1");
    CHECK_EQUAL(std::string(), own(Family::v6));
}

TEST(Surroundings, NothingIsDownBeforeTheDaemonHasSpoken) {
    has("192.0.2.1");
    around.down = {*parse_address("192.0.2.7")};
    around.self_down = true;
    CHECK(!around.is_down(*parse_address("192.0.2.7")));
    around.table_seen = true;
    CHECK(around.is_down(*parse_address("192.0.2.7")));
    CHECK(around.is_down(*parse_address("192.0.2.1")));
    CHECK(!around.is_down(*parse_address("192.0.2.8")));
}
