#include "tftpd/config/binding_allowed.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

boost::asio::ip::address address(const char* text) {
    return boost::asio::ip::make_address(text);
}

}  // namespace

TEST_GROUP(BindingAllowed){};

TEST(BindingAllowed, APrefixEndsAtItsLastBit) {
    const auto prefix = AddressPrefix::of(address("192.0.2.64"), 26);
    CHECK(prefix.contains(address("192.0.2.64")));
    CHECK(prefix.contains(address("192.0.2.127")));
    CHECK(prefix.contains(address("::ffff:192.0.2.127")));
    CHECK_FALSE(prefix.contains(address("192.0.2.63")));
    CHECK_FALSE(prefix.contains(address("192.0.2.128")));
    CHECK_FALSE(prefix.contains(address("2001:db8::1")));
    const auto wide = AddressPrefix::of(address("2001:db8:0:8000::"), 49);
    CHECK(wide.contains(address("2001:db8:0:ffff::1")));
    CHECK_FALSE(wide.contains(address("2001:db8:0:7fff::1")));
}

TEST(BindingAllowed, ShortestAndLongestPrefix) {
    CHECK(AddressPrefix::of(address("0.0.0.0"), 0).contains(address("255.255.255.255")));
    const auto one = AddressPrefix::of(address("2001:db8::1"), 128);
    CHECK(one.contains(address("2001:db8::1")));
    CHECK_FALSE(one.contains(address("2001:db8::")));
}

TEST(BindingAllowed, APrefixAsText) {
    CHECK_EQUAL(std::string("192.0.2.64/26"), to_text(AddressPrefix::of(address("192.0.2.65"), 26)));
    CHECK_EQUAL(std::string("2001:db8::/64"), to_text(AddressPrefix::of(address("2001:db8::1"), 64)));
    CHECK_EQUAL(std::string("192.0.2.65"), to_text(AddressPrefix::of(address("192.0.2.65"), 32)));
    CHECK_EQUAL(std::string("2001:db8::1"), to_text(AddressPrefix::of(address("2001:db8::1"), 128)));
}

TEST(BindingAllowed, AnyPrefixWillDo) {
    BindingAllowed allowed;
    CHECK_FALSE(allowed.address(address("192.0.2.1")));
    allowed.prefixes = {AddressPrefix::of(address("10.0.0.0"), 8), AddressPrefix::of(address("192.0.2.1"), 32)};
    allowed.devices = {"001122334455"};
    CHECK(allowed.address(address("192.0.2.1")));
    CHECK_FALSE(allowed.address(address("192.0.2.2")));
    CHECK(allowed.device("001122334455"));
    CHECK_FALSE(allowed.device("001122334456"));
}
