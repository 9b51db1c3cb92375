#include "kea-hooks/address.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;

TEST_GROUP(Address){};

TEST(Address, TextComesBack) {
    for (const char* text : {"192.0.2.1", "2001:db8::1", "::"}) {
        CHECK_EQUAL(std::string(text), to_text(*parse_address(text)));
    }
    CHECK_EQUAL(std::string(), to_text(Address{}));
}

TEST(Address, OnlyAddressesAreAddresses) {
    for (const char* text : {"", "192.0.2", "192.0.2.256", "192.0.2.1 ", "192.0.2.1/24", "fe80::1%eth0", "tftp.example.com"}) {
        CHECK_TEXT(!parse_address(text), text);
    }
}

TEST(Address, APrefixHoldsWhatSharesItsBits) {
    const Prefix net{*parse_address("10.0.0.0"), 25};
    CHECK(net.contains(*parse_address("10.0.0.127")));
    CHECK(!net.contains(*parse_address("10.0.0.128")));
    CHECK(!net.contains(*parse_address("::1")));
    CHECK(!Prefix{}.contains(*parse_address("10.0.0.1")));
    const Prefix all{*parse_address("0.0.0.0"), 0};
    CHECK(all.contains(*parse_address("203.0.113.9")));
    const Prefix one{*parse_address("2001:db8::1"), 128};
    CHECK(one.contains(*parse_address("2001:db8::1")));
    CHECK(!one.contains(*parse_address("2001:db8::2")));
}

TEST(Address, KindsAreKnown) {
    CHECK(is_multicast(*parse_address("239.1.1.1")));
    CHECK(is_multicast(*parse_address("ff02::1")));
    CHECK(is_loopback(*parse_address("127.1.2.3")));
    CHECK(is_loopback(*parse_address("::1")));
    CHECK(is_link_local(*parse_address("169.254.1.1")));
    CHECK(is_link_local(*parse_address("febf::1")));
    CHECK(!is_link_local(*parse_address("fec0::1")));
    CHECK(is_unique_local(*parse_address("fd00::1")));
    CHECK(!is_unique_local(*parse_address("2001:db8::1")));
}
