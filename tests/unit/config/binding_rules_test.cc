#include "support.h"

#include "tftpd/config/binding_rules.h"
#include "tftpd/config/json_text.h"

#include <boost/asio/ip/address.hpp>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;

namespace {

// The entries of a list that starts at t:1:1.
BindingAllowed read(const std::string& list) {
    const auto document = read_json_text("{\"x\": " + list + "}", "t");
    const auto values = document->get("x")->listValue();
    return read_binding_allowed({values.begin(), values.end()});
}

std::string refusal(const std::string& list) {
    return error_of([&] { read(list); });
}

}  // namespace

TEST_GROUP(BindingRules){};

TEST(BindingRules, AddressesPrefixesAndMacAddressesAreToldApart) {
    const auto allowed = read(R"(["192.0.2.7", "10.0.0.0/8", "2001:db8::/32", "::ffff:192.0.2.8", "00:11:22:AA:bb:CC",
                                  "001122aabbcd", "00-11-22-aa-bb-ce"])");
    CHECK_EQUAL(4u, allowed.prefixes.size());
    CHECK_EQUAL(32u, allowed.prefixes[0].length);
    CHECK_EQUAL(8u, allowed.prefixes[1].length);
    CHECK_EQUAL(32u, allowed.prefixes[2].length);
    STRCMP_EQUAL("192.0.2.8", allowed.prefixes[3].network.to_string().c_str());
    CHECK_EQUAL(3u, allowed.devices.size());
    for (const auto* mac : {"001122aabbcc", "001122aabbcd", "001122aabbce"}) {
        CHECK(allowed.device(mac));
    }
}

TEST(BindingRules, WhatIsNoneOfThemIsRefusedWithItsPlace) {
    for (const auto* entry : {"phone1", "192.0.2", "00:11:22:33:44", "00:11:22:33:44:55:66", "0:11:22:33:44:555",
                              "fe80::1%eth0", "192.0.2.0/", "192.0.2.0/33", "2001:db8::/129", "192.0.2.0/-1", "192.0.2.0/8x"}) {
        const auto said = refusal("[\"192.0.2.7\", \"" + std::string(entry) + "\"]");
        CHECK_TEXT(begins(said, "t:1:21: \"" + std::string(entry) + "\" of \"device-binding-allow\""),
                   (entry + (": " + said)).c_str());
    }
    CHECK(has(refusal("[7]"), "must be a string"));
    CHECK(has(refusal("[\"\"]"), "0 characters"));
}

TEST(BindingRules, APrefixWithMoreBitsIsRefusedAndShownRight) {
    CHECK(has(refusal("[\"192.0.2.9/24\"]"), "the prefix is \"192.0.2.0/24\""));
    CHECK(has(refusal("[\"2001:db8::9/64\"]"), "the prefix is \"2001:db8::/64\""));
}
