#include "tftpd/server/udp_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(UdpSocket){static UdpSocketSettings settings(std::uint16_t port, bool shared){UdpSocketSettings made;
made.port = port;
made.shared = shared;
return made;
}
}
;

TEST(UdpSocket, ThePortIsTheOneItIsBoundTo) {
    const auto first = UdpSocket::open(settings(0, false));
    CHECK(!!first);
    CHECK(first->port() != 0);
}

TEST(UdpSocket, APortThatIsTakenIsSaidSo) {
    const auto first = UdpSocket::open(settings(0, false));
    const auto second = UdpSocket::open(settings(first->port(), false));
    CHECK_FALSE(second);
    LONGS_EQUAL(EADDRINUSE, second.error());
}

TEST(UdpSocket, SharedSocketsHaveOnePortTogether) {
    const auto first = UdpSocket::open(settings(0, true));
    CHECK(!!UdpSocket::open(settings(first->port(), true)));
    CHECK_FALSE(UdpSocket::open(settings(first->port(), false)));
}

TEST(UdpSocket, Ipv4AndIpv6StandSideBySideOnOnePort) {
    const auto v4 = UdpSocket::open(settings(0, false));
    auto wanted = settings(v4->port(), false);
    wanted.family = Family::v6;
    CHECK(!!UdpSocket::open(wanted));
}

TEST(UdpSocket, TheDscpIsInEveryDatagramOfBothFamilies) {
    auto wanted = settings(0, false);
    wanted.dscp = 24;
    int value = 0;
    socklen_t length = sizeof value;
    const auto v4 = UdpSocket::open(wanted);
    getsockopt(v4->fd(), IPPROTO_IP, IP_TOS, &value, &length);
    LONGS_EQUAL(96, value);
    wanted.family = Family::v6;
    const auto v6 = UdpSocket::open(wanted);
    getsockopt(v6->fd(), IPPROTO_IPV6, IPV6_TCLASS, &value, &length);
    LONGS_EQUAL(96, value);
}

TEST(UdpSocket, MovedIntoAnotherItIsClosedOnce) {
    auto first = UdpSocket::open(settings(0, false));
    const auto port = first->port();
    {
        const UdpSocket second = *std::move(first);
        LONGS_EQUAL(port, second.port());
        LONGS_EQUAL(-1, first->fd());
    }
    CHECK(!!UdpSocket::open(settings(port, false)));
}
