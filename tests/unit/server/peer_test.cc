#include "tftpd/server/peer.h"

#include "tests/unit/server/support.h"

#include <sys/socket.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Peer){static void survives_the_wire(const Peer& original){sockaddr_storage wire{};
static_cast<void>(original.to(wire));
CHECK(Peer::from(wire) == original);
}
}
;

TEST(Peer, Ipv4AndIpv6SurviveTheWay) {
    survives_the_wire(peer("192.0.2.7", 4711));
    survives_the_wire(peer("2001:db8::7", 65535));
    survives_the_wire(peer("fe80::7%3", 1));
}

TEST(Peer, TextIsTheAddressAlone) {
    STRCMP_EQUAL("192.0.2.7", peer("192.0.2.7", 69).text().c_str());
    STRCMP_EQUAL("2001:db8::7", peer("2001:db8::7", 69).text().c_str());
}

TEST(Peer, FullTextNamesThePort) {
    STRCMP_EQUAL("192.0.2.7:69", peer("192.0.2.7", 69).full_text().c_str());
    STRCMP_EQUAL("[2001:db8::7]:69", peer("2001:db8::7", 69).full_text().c_str());
}

TEST(Peer, AnIpv4ClientIsOneAddressWhateverThePort) {
    CHECK(peer("192.0.2.7", 1).client() == peer("192.0.2.7", 2).client());
    CHECK_FALSE(peer("192.0.2.7", 1).client() == peer("192.0.2.8", 1).client());
}

TEST(Peer, AnIpv6ClientIsASlash64) {
    CHECK(peer("2001:db8:0:1::7", 1).client() == peer("2001:db8:0:1:ffff::8", 1).client());
    CHECK_FALSE(peer("2001:db8:0:1::7", 1).client() == peer("2001:db8:0:2::7", 1).client());
}

TEST(Peer, LinkLocalClientsCountOneByOneSinceALinkSharesThe64) {
    CHECK_FALSE(peer("fe80::7", 1).client() == peer("fe80::8", 1).client());
}

TEST(Peer, TheSameLinkLocalAddressOnTwoLinksIsTwoPeers) {
    CHECK_FALSE(peer("fe80::7%2", 1) == peer("fe80::7%3", 1));
}

TEST(Peer, Ipv4AndItsMappedFormAreNotAnIpv6Client) {
    CHECK_FALSE(peer("192.0.2.7", 1).client() == peer("::1", 1).client());
}
