#include "tftpd/http/client_counts.h"

#include <boost/asio/ip/address.hpp>

#include <CppUTest/TestHarness.h>

using branchline::ClientCounts;
using Verdict = ClientCounts::Verdict;

namespace {
auto address(const char* text) {
    return boost::asio::ip::make_address(text);
}
}  // namespace

TEST_GROUP(ClientCounts) {
    ClientCounts counts;
};

TEST(ClientCounts, AClientMayHaveTheLimitAndNotOneMore) {
    CHECK(counts.enter(address("192.0.2.1"), 100, 2) == Verdict::taken);
    CHECK(counts.enter(address("192.0.2.1"), 100, 2) == Verdict::taken);
    CHECK(counts.enter(address("192.0.2.1"), 100, 2) == Verdict::too_many_of_client);
    CHECK(counts.enter(address("192.0.2.2"), 100, 2) == Verdict::taken);
    UNSIGNED_LONGS_EQUAL(3, counts.in_all());
}

TEST(ClientCounts, AllTogetherMayHaveTheLimitAndNotOneMore) {
    CHECK(counts.enter(address("192.0.2.1"), 2, 9) == Verdict::taken);
    CHECK(counts.enter(address("192.0.2.2"), 2, 9) == Verdict::taken);
    CHECK(counts.enter(address("192.0.2.3"), 2, 9) == Verdict::too_many_in_all);
    counts.leave(address("192.0.2.1"));
    CHECK(counts.enter(address("192.0.2.3"), 2, 9) == Verdict::taken);
}

TEST(ClientCounts, AnIpv6ClientIsItsWholeSlash64) {
    CHECK(counts.enter(address("2001:db8:0:1::1"), 100, 2) == Verdict::taken);
    CHECK(counts.enter(address("2001:db8:0:1:ffff::2"), 100, 2) == Verdict::taken);
    CHECK(counts.enter(address("2001:db8:0:1::3"), 100, 2) == Verdict::too_many_of_client);
    CHECK(counts.enter(address("2001:db8:0:2::1"), 100, 2) == Verdict::taken);
}

TEST(ClientCounts, LinkLocalAddressesOfTwoInterfacesAreOneClient) {
    CHECK(counts.enter(address("fe80::1%1"), 100, 1) == Verdict::taken);
    CHECK(counts.enter(address("fe80::1%2"), 100, 1) == Verdict::too_many_of_client);
}

TEST(ClientCounts, LeavingMakesRoom) {
    CHECK(counts.enter(address("2001:db8::1"), 100, 1) == Verdict::taken);
    counts.leave(address("2001:db8::1"));
    UNSIGNED_LONGS_EQUAL(0, counts.in_all());
    CHECK(counts.enter(address("2001:db8::2"), 100, 1) == Verdict::taken);
}
