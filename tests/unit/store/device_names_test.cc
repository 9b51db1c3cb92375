#include "tftpd/store/device_names.h"

#include "tftpd/store/file_name.h"

#include <algorithm>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

bool holds(const std::vector<std::string>& keys, const std::string& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

TEST_GROUP(DeviceNames){};

TEST(DeviceNames, KeysAreThoseOfNamesThatCarryTheMac) {
    const auto keys = keys_of_device("00:11:22:AA:BB:CC");
    for (const auto* key :
         {"sep001122aabbcc.cnf.xml", "sep001122aabbcc.cnf.xml.enc.sgn", "ctlsep001122aabbcc.tlv", "itlsep001122aabbcc.tlv"}) {
        CHECK(holds(keys, key));
    }
    for (const auto& key : keys) {
        const auto name = FileName::parse(key);
        CHECK(static_cast<bool>(name));
        CHECK(name->key() == key);
        CHECK(name->names_device());
    }
}

TEST(DeviceNames, ConfigurationKeysLeaveTheTrustListsOut) {
    const auto keys = configuration_keys_of_device("0011.22aa.bbcc");
    CHECK(holds(keys, "sep001122aabbcc.cnf.xml.sgn"));
    CHECK_FALSE(holds(keys, "ctlsep001122aabbcc.tlv"));
}

TEST(DeviceNames, SecondPortOfAnAtaIsItsDeviceToo) {
    CHECK(holds(keys_of_device("001122aabbcc"), "ata1122aabbcc01.cnf.xml"));
}

TEST(DeviceNames, WhatIsNoMacHasNoKeys) {
    CHECK(keys_of_device("").empty());
    CHECK(keys_of_device("001122aabbc").empty());
    CHECK(keys_of_device("001122aabbcg").empty());
}

TEST(DeviceNames, DeviceOfAKey) {
    CHECK_EQUAL(std::string("001122aabbcc"), device_of_key("dir/sep001122aabbcc.cnf.xml"));
    CHECK_EQUAL(std::string("001122aabbcc"), device_of_key("itlsep001122aabbcc.tlv"));
    CHECK_EQUAL(std::string(), device_of_key("sepdefault.cnf.xml"));
    CHECK_EQUAL(std::string(), device_of_key("ringlist.xml"));
}

TEST(DeviceNames, NamesOfADeviceAreItsOwnAndItsAtasSecondPorts) {
    CHECK(is_name_of("sep001122aabbcc.cnf.xml.sgn", "001122aabbcc"));
    CHECK(is_name_of("ctlsep001122aabbcc.tlv", "001122aabbcc"));
    CHECK(is_name_of("dir/ata1122aabbcc01.cnf.xml", "001122aabbcc"));
    CHECK_FALSE(is_name_of("sep1122aabbcc01.cnf.xml", "001122aabbcc"));
    CHECK_FALSE(is_name_of("sep001122aabbcd.cnf.xml", "001122aabbcc"));
    CHECK_FALSE(is_name_of("ringlist.xml", "001122aabbcc"));
    CHECK_FALSE(is_name_of("ringlist.xml", ""));
}
