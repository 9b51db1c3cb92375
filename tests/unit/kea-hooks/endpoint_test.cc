#include "kea-hooks/endpoint.h"

#include <random>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::hook;

TEST_GROUP(Endpoint){};

TEST(Endpoint, PhonesAreKnownByTheirVendorClass) {
    const std::string with_nul("Cisco Systems, Inc. IP Phone CP-7911G\0", 38);
    CHECK(is_cisco_vendor_class(as_bytes(with_nul)));
    for (const char* text :
         {"Cisco Systems, Inc. IP Phone 7912", "Cisco Systems, Inc. IP Phone", "Cisco Systems Inc. Wireless Phone 7925",
          "Cisco Systems, Inc. Wireless Phone CP-8821", "Cisco Systems, Inc. ATA191", "Cisco ATA 190"}) {
        CHECK_TEXT(is_cisco_vendor_class(as_bytes(text)), text);
    }
}

TEST(Endpoint, OthersAreNot) {
    for (const char* text :
         {"", "Cisco", "Cisco Systems, Inc.", "Cisco Systems, Inc. ", "Cisco Systems, Inc. IP Phon", "Cisco AP c1240",
          "ciscopnp", "Cisco Systems, Inc. Catalyst", "MSFT 5.0", " Cisco Systems, Inc. IP Phone"}) {
        CHECK_TEXT(!is_cisco_vendor_class(as_bytes(text)), text);
    }
}

TEST(Endpoint, EnterpriseNineIsFoundAnywhereInAVersionFourList) {
    const std::vector<std::uint8_t> second{0, 0, 0x11, 0x8b, 2, 'a', 'b', 0, 0, 0, 9, 1, 'c'};
    CHECK(names_cisco_enterprise(second, true));
    CHECK(!names_cisco_enterprise(second, false));
    const std::vector<std::uint8_t> bare{0, 0, 0, 9};
    CHECK(names_cisco_enterprise(bare, true));
    CHECK(names_cisco_enterprise(bare, false));
}

TEST(Endpoint, ALengthThatLiesEndsTheList) {
    CHECK(!names_cisco_enterprise(std::vector<std::uint8_t>{0, 0, 0}, true));
    CHECK(!names_cisco_enterprise(std::vector<std::uint8_t>{0, 0, 1, 1}, true));
    CHECK(!names_cisco_enterprise(std::vector<std::uint8_t>{0, 0, 1, 1, 255, 0, 0, 0, 9}, true));
    CHECK(!names_cisco_enterprise(std::vector<std::uint8_t>{0, 0, 1, 1, 0, 0, 0, 0}, true));
}

TEST(Endpoint, AnOptionRequestIsReadInPairs) {
    const std::vector<std::uint8_t> request{0, 23, 0, 17, 0};
    CHECK(asks_for(request, 17));
    CHECK(!asks_for(request, 24));
    CHECK(!asks_for(std::vector<std::uint8_t>{0}, 0));
    CHECK(!asks_for(std::vector<std::uint8_t>{5, 0, 17, 5}, 17));
}

TEST(Endpoint, AMacIsFoundInLinkLayerDuids) {
    const MacBytes mac{0, 0x11, 0x22, 0x33, 0x44, 0x55};
    CHECK(mac_in_duid(Bytes{0, 3, 0, 1, 0, 0x11, 0x22, 0x33, 0x44, 0x55}) == mac);
    CHECK(mac_in_duid(Bytes{0, 1, 0, 1, 9, 9, 9, 9, 0, 0x11, 0x22, 0x33, 0x44, 0x55}) == mac);
    CHECK(!mac_in_duid(Bytes{0, 2, 0, 1, 0, 0x11, 0x22, 0x33, 0x44, 0x55}));
    CHECK(!mac_in_duid(Bytes{0, 3, 0, 6, 0, 0x11, 0x22, 0x33, 0x44, 0x55}));
    CHECK(!mac_in_duid(Bytes{0, 3, 0, 1, 0, 0x11, 0x22, 0x33, 0x44}));
    CHECK(!mac_in_duid(Bytes{0, 1, 0, 1, 0, 0x11, 0x22, 0x33, 0x44, 0x55}));
    CHECK(!mac_in_duid(Bytes{}));
}

TEST(Endpoint, AMacIsFoundInTheRelaysOptionAndInALinkLocalAddress) {
    const MacBytes mac{0, 0x11, 0x22, 0x33, 0x44, 0x55};
    CHECK(mac_in_relay_option(Bytes{0, 1, 0, 0x11, 0x22, 0x33, 0x44, 0x55}) == mac);
    CHECK(!mac_in_relay_option(Bytes{0, 1, 0, 0x11, 0x22, 0x33, 0x44}));
    CHECK(!mac_in_relay_option(Bytes{0, 7, 0, 0x11, 0x22, 0x33, 0x44, 0x55}));
    CHECK(mac_in_link_local(*parse_address("fe80::211:22ff:fe33:4455")) == mac);
    CHECK(!mac_in_link_local(*parse_address("fe80::1")));
    CHECK(!mac_in_link_local(*parse_address("2001:db8::211:22ff:fe33:4455")));
}

TEST(Endpoint, AnyBytesDoNoHarm) {
    std::mt19937 random(42);
    for (int round = 0; round < 50000; ++round) {
        std::vector<std::uint8_t> bytes(random() % 40);
        for (auto& byte : bytes) {
            byte = static_cast<std::uint8_t>(random() % 12);
        }
        is_cisco_vendor_class(bytes);
        names_cisco_enterprise(bytes, true);
        names_cisco_enterprise(bytes, false);
        asks_for(bytes, 17);
        mac_in_duid(bytes);
        mac_in_relay_option(bytes);
    }
}
