#include "kea-hooks/stranger.h"

#include <CppUTest/TestHarness.h>

using namespace branchline::hook;

TEST_GROUP(Stranger) {
    Surroundings around;
    ServerList servers;
    std::vector<Address> known;
    Setting setting;

    void setup() override {
        around.interfaces[3].v4.push_back({*parse_address("192.0.2.1"), false, false, true});
        servers.v4 = {{}, {parse_address("192.0.2.2")}};
        known = {*parse_address("192.0.2.3"), *parse_address("fe80::3")};
    }
    [[nodiscard]] bool strange(const char* address) const {
        return is_stranger(*parse_address(address), setting, around);
    }
};

TEST(Stranger, NeitherThisMachineNorItsPartnerNorAKnownOne) {
    CHECK(strange("192.0.2.2"));
    CHECK(strange("192.0.2.3"));
    setting.servers = &servers;
    setting.known_dhcp_servers = &known;
    for (const char* address : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "fe80::3"}) {
        CHECK_FALSE(strange(address));
    }
    for (const char* address : {"192.0.2.4", "fe80::4", "192.168.1.1"}) {
        CHECK(strange(address));
    }
    CHECK_FALSE(is_stranger({}, setting, around));
}
