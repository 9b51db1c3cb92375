#include "kea-hooks/interface_watch.h"

#include <cstring>
#include <random>

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::hook;
using Outcome = AddressDump::Outcome;

namespace {

constexpr std::uint32_t sequence = 77;

/// Builds netlink datagrams as the kernel does.
class Datagram {
public:
    Datagram& address(const char* text, std::uint32_t flags = IFA_F_PERMANENT, std::uint32_t number = sequence,
                      int interface = 3, std::uint16_t type = RTM_NEWADDR, bool as_local = true) {
        const auto parsed = *parse_address(text);
        ifaddrmsg info{};
        info.ifa_family = parsed.size == 4 ? AF_INET : AF_INET6;
        info.ifa_index = static_cast<unsigned>(interface);
        Bytes body(sizeof info);
        std::memcpy(body.data(), &info, sizeof info);
        if (parsed.size == 4 && !as_local) {
            attribute(body, IFA_LOCAL, parsed.view());
            attribute(body, IFA_ADDRESS, Bytes{192, 0, 2, 99});
        } else {
            attribute(body, IFA_ADDRESS, parsed.view());
        }
        Bytes word(4);
        std::memcpy(word.data(), &flags, 4);
        attribute(body, IFA_FLAGS, word);
        return message(type, number, body);
    }
    Datagram& message(std::uint16_t type, std::uint32_t number, const Bytes& body = {}, std::uint16_t flags = 0) {
        nlmsghdr header{};
        header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + body.size());
        header.nlmsg_type = type;
        header.nlmsg_seq = number;
        header.nlmsg_flags = flags;
        const auto* start = reinterpret_cast<const std::uint8_t*>(&header);
        bytes.insert(bytes.end(), start, start + sizeof header);
        bytes.insert(bytes.end(), body.begin(), body.end());
        bytes.resize((bytes.size() + 3) & ~std::size_t{3});
        return *this;
    }
    Bytes bytes;

private:
    static void attribute(Bytes& body, std::uint16_t type, ByteView value) {
        const rtattr head{static_cast<std::uint16_t>(sizeof(rtattr) + value.size()), type};
        const auto* start = reinterpret_cast<const std::uint8_t*>(&head);
        body.insert(body.end(), start, start + sizeof head);
        body.insert(body.end(), value.begin(), value.end());
        body.resize((body.size() + 3) & ~std::size_t{3});
    }
};

}  // namespace

TEST_GROUP(InterfaceWatch) {
    AddressDump dump;
    void setup() override {
        dump.begin(sequence);
    }
    std::size_t kept(const char* address, std::uint32_t flags) {
        dump.begin(sequence);
        dump.feed(Datagram().address(address, flags).bytes);
        auto map = dump.take();
        return map[3].v4.size() + map[3].v6.size();
    }
};

TEST(InterfaceWatch, AWholeDumpBecomesTheMap) {
    CHECK(dump.feed(Datagram().address("10.0.0.1").address("2001:db8::1").bytes) == Outcome::nothing);
    CHECK(dump.feed(Datagram().address("10.9.0.1", IFA_F_PERMANENT, sequence, 4).message(NLMSG_DONE, sequence).bytes) ==
          Outcome::done);
    auto map = dump.take();
    CHECK_EQUAL(2u, map.size());
    CHECK_EQUAL(std::string("10.0.0.1"), to_text(map[3].v4.at(0).address));
    CHECK_EQUAL(std::string("2001:db8::1"), to_text(map[3].v6.at(0).address));
    CHECK_EQUAL(std::string("10.9.0.1"), to_text(map[4].v4.at(0).address));
}

TEST(InterfaceWatch, OnAPointToPointLinkOursIsTheLocalOne) {
    dump.feed(Datagram().address("10.0.0.1", IFA_F_PERMANENT, sequence, 3, RTM_NEWADDR, false).bytes);
    CHECK_EQUAL(std::string("10.0.0.1"), to_text(dump.take()[3].v4.at(0).address));
}

TEST(InterfaceWatch, AddressesThatAPhoneCannotUseAreLeftOut) {
    CHECK_EQUAL(1u, kept("2001:db8::1", IFA_F_PERMANENT));
    CHECK_EQUAL(0u, kept("2001:db8::1", IFA_F_TENTATIVE));
    CHECK_EQUAL(0u, kept("2001:db8::1", IFA_F_DADFAILED | IFA_F_PERMANENT));
    CHECK_EQUAL(0u, kept("2001:db8::1", IFA_F_TEMPORARY));
    CHECK_EQUAL(0u, kept("fe80::1", IFA_F_PERMANENT));
    CHECK_EQUAL(0u, kept("127.0.0.1", IFA_F_PERMANENT));
    CHECK_EQUAL(0u, kept("::1", IFA_F_PERMANENT));
    CHECK_EQUAL(1u, kept("10.0.0.1", IFA_F_SECONDARY));
    CHECK_EQUAL(1u, kept("2001:db8::1", IFA_F_DEPRECATED));
}

TEST(InterfaceWatch, NewsOnlyMeansToAskAgain) {
    CHECK(dump.feed(Datagram().address("10.0.0.9", IFA_F_PERMANENT, 0).bytes) == Outcome::news);
    CHECK(dump.feed(Datagram().address("10.0.0.9", IFA_F_PERMANENT, 0, 3, RTM_DELADDR).bytes) == Outcome::news);
    CHECK(dump.feed(Datagram().message(RTM_NEWLINK, 0).bytes) == Outcome::news);
    CHECK(dump.feed(Datagram().message(RTM_DELLINK, 0).bytes) == Outcome::news);
    CHECK(dump.feed(Datagram().message(RTM_NEWROUTE, 0).bytes) == Outcome::nothing);
    CHECK(dump.take().empty());
}

TEST(InterfaceWatch, AnInterruptedOrRefusedDumpIsAskedForAgain) {
    CHECK(dump.feed(Datagram().message(NLMSG_ERROR, sequence).bytes) == Outcome::failed);
    Datagram datagram;
    datagram.message(RTM_NEWADDR, sequence, Bytes(sizeof(ifaddrmsg)), NLM_F_DUMP_INTR);
    CHECK(dump.feed(datagram.message(NLMSG_DONE, sequence).bytes) == Outcome::failed);
}

TEST(InterfaceWatch, AnOldDumpsAnswersAreNotMixedIn) {
    dump.feed(Datagram().address("10.0.0.1", IFA_F_PERMANENT, sequence - 1).message(NLMSG_DONE, sequence - 1).bytes);
    CHECK(dump.take().empty());
}

TEST(InterfaceWatch, AnyBytesDoNoHarm) {
    std::mt19937 random(7);
    const auto good = Datagram().address("10.0.0.1").address("2001:db8::1").message(NLMSG_DONE, sequence).bytes;
    for (int round = 0; round < 50000; ++round) {
        auto bytes = good;
        for (auto change = random() % 6; change > 0; --change) {
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        }
        bytes.resize(random() % (bytes.size() + 1));
        dump.feed(bytes);
    }
}

TEST(InterfaceWatch, TheKernelAnswers) {
    InterfaceWatch watch;
    CHECK(!!watch.open());
    bool answered = false;
    for (int i = 0; i < 1000000 && !answered; ++i) {
        answered = watch.handle_input();
    }
    CHECK(answered);
}
