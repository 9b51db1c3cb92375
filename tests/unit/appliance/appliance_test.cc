#include "image/appliance/appliance.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using boost::asio::ip::make_address;

TEST_GROUP(Appliance){};

TEST(Appliance, AnAddressReachesItsOwnNetworkOnly) {
    const InterfaceAddress v4{make_address("192.0.2.1"), 24};
    CHECK(v4.reaches(make_address("192.0.2.254")));
    CHECK_FALSE(v4.reaches(make_address("192.0.3.1")));
    CHECK_FALSE(v4.reaches(make_address("2001:db8::1")));
    const InterfaceAddress v6{make_address("2001:db8:1::1"), 64};
    CHECK(v6.reaches(make_address("2001:db8:1::ffff:1")));
    CHECK_FALSE(v6.reaches(make_address("2001:db8:2::1")));
}

TEST(Appliance, WithoutConfigurationItAsksForAddressesOnTheFirstPort) {
    const Appliance safe = safe_appliance();
    LONGS_EQUAL(1, safe.interfaces.size());
    STRCMP_EQUAL("port1", safe.interfaces[0].name.c_str());
    CHECK(safe.interfaces[0].dhcp4);
    CHECK(safe.interfaces[0].slaac);
    CHECK(safe.ssh_keys.empty());
}
