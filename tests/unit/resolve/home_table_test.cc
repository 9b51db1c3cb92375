#include "tftpd/resolve/home_table.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

IpAddress address(const char* text) {
    return boost::asio::ip::make_address(text);
}

}  // namespace

TEST_GROUP(HomeTable) {
    HomeTable homes;
    std::string home(const std::string& mac, const char* from) {
        return homes.home_of(mac, address(from)).value_or("none");
    }
};

TEST(HomeTable, APhoneIsKnownByItsMacAndWithoutALeaseByItsAddress) {
    CHECK_EQUAL(std::string("none"), home("001122334455", "192.0.2.50"));
    homes.learn("001122334455", address("192.0.2.50"), "hq");
    CHECK_EQUAL(std::string("hq"), home("001122334455", "192.0.2.77"));
    CHECK_EQUAL(std::string("hq"), home("", "192.0.2.50"));
    CHECK_EQUAL(std::string("hq"), home("", "::ffff:192.0.2.50"));
    CHECK_EQUAL(std::string("none"), home("", "192.0.2.77"));
    CHECK_EQUAL(std::string("none"), home("001122334456", "192.0.2.50"));  // the address is another phone's now
}

TEST(HomeTable, AMovedPhoneHasItsNewHomeAndAPhoneOfOurOwnNone) {
    homes.learn("001122334455", address("192.0.2.50"), "hq");
    homes.learn("001122334455", address("192.0.2.50"), "north");
    CHECK_EQUAL(std::string("north"), home("001122334455", "192.0.2.50"));
    homes.learn("001122334455", address("192.0.2.50"), "");
    CHECK_EQUAL(std::string("none"), home("001122334455", "192.0.2.50"));
}
