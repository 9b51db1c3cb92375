#include "tftpd/server/interface_filter.h"

#include <net/if.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(InterfaceFilter) {
    static IpAddress ip(const char* text) {
        return boost::asio::ip::make_address(text);
    }
    const unsigned loopback = if_nametoindex("lo");
};

TEST(InterfaceFilter, AStarAcceptsEverything) {
    const InterfaceFilter filter({"*"});
    CHECK(filter.accepts(ip("192.0.2.1"), 0));
    CHECK(filter.accepts(ip("2001:db8::1"), 4711));
}

TEST(InterfaceFilter, NoInterfaceAcceptsNothing) {
    const InterfaceFilter filter({});
    CHECK_FALSE(filter.accepts(ip("127.0.0.1"), loopback));
}

TEST(InterfaceFilter, AnAddressAcceptsWhatWasSentToIt) {
    const InterfaceFilter filter({"192.0.2.1", "2001:db8::1"});
    CHECK(filter.accepts(ip("192.0.2.1"), 0));
    CHECK(filter.accepts(ip("2001:db8::1"), 0));
    CHECK_FALSE(filter.accepts(ip("192.0.2.2"), 0));
    CHECK_FALSE(filter.accepts(ip("2001:db8::2"), 0));
}

TEST(InterfaceFilter, AnIpv4AddressInMappedFormIsTheSameAddress) {
    const InterfaceFilter filter({"192.0.2.1"});
    CHECK(filter.accepts(ip("::ffff:192.0.2.1"), 0));
}

TEST(InterfaceFilter, ANameAcceptsWhatCameInOnThatInterface) {
    const InterfaceFilter filter({"lo"});
    CHECK(filter.accepts(ip("192.0.2.1"), loopback));
    CHECK_FALSE(filter.accepts(ip("192.0.2.1"), loopback + 1000));
}

TEST(InterfaceFilter, WithoutAnIndexTheInterfaceThatHoldsTheAddressCounts) {
    const InterfaceFilter filter({"lo"});
    CHECK(filter.accepts(ip("127.0.0.1"), 0));
    CHECK_FALSE(filter.accepts(ip("192.0.2.1"), 0));
}

TEST(InterfaceFilter, ANameThatIsNotThereAcceptsNothingAndIsNoError) {
    const InterfaceFilter filter({"phones0"});
    CHECK_FALSE(filter.accepts(ip("127.0.0.1"), loopback));
    CHECK_FALSE(filter.accepts(ip("127.0.0.1"), 0));
}

TEST(InterfaceFilter, LoopbackIsAnAddressOnlyIfItWasNamed) {
    CHECK(InterfaceFilter({"lo"}).has_address());
    CHECK(InterfaceFilter({"127.0.0.1"}).has_address());
    CHECK(InterfaceFilter({"phones0", "127.0.0.1"}).has_address());
    CHECK_FALSE(InterfaceFilter({"phones0"}).has_address());
    CHECK_FALSE(InterfaceFilter({"192.0.2.1"}).has_address());
}
