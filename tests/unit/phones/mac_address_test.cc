#include "tftpd/phones/mac_address.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(MacAddress){};

TEST(MacAddress, IsReadFromDigitsAndWrittenBothWays) {
    const auto mac = mac_from_digits("00aaBB33445f");
    CHECK(mac.has_value());
    CHECK_EQUAL(std::string("00:aa:bb:33:44:5f"), to_text(*mac));
    CHECK_EQUAL(std::string("SEP00AABB33445F"), device_name(*mac));
}

TEST(MacAddress, NothingElseIsOne) {
    for (const auto* text : {"", "0011223344", "00112233445566", "00112233445g", "00:11:22:33:44", "+01122334455"}) {
        CHECK_FALSE(mac_from_digits(text).has_value());
    }
}
