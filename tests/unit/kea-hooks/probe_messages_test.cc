#include "kea-hooks/probe_messages.h"

#include "kea-hooks/first_look.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::hook;

TEST_GROUP(ProbeMessages) {
    const ProbeMac mac{2, 0, 0x5e, 0, 0, 1};

    /// An answer made of our own DISCOVER: to port 68, of that type, from 192.168.1.1, with that server identifier.
    [[nodiscard]] Bytes answer(std::uint8_t type, const std::array<std::uint8_t, 4>& server) const {
        auto frame = discover_frame(mac, 7);
        const std::array<std::uint8_t, 4> source{192, 168, 1, 1};
        std::copy(source.begin(), source.end(), frame.begin() + 26);
        write_u16(frame, 34, 67);
        write_u16(frame, 36, 68);
        frame[42] = 2;
        const std::size_t options = 42 + 240;
        std::fill(frame.begin() + options, frame.end(), std::uint8_t{0});
        const std::array<std::uint8_t, 4> head{53, 1, type, 54};
        std::copy(head.begin(), head.end(), frame.begin() + options);
        frame[options + 4] = 4;
        std::copy(server.begin(), server.end(), frame.begin() + options + 5);
        frame[options + 9] = 255;
        return frame;
    }
};

TEST(ProbeMessages, TheDiscoverIsOneWithOurMark) {
    const auto frame = discover_frame(mac, 0x01020304);
    const auto seen = first_look(ByteView(frame).subspan(42));
    CHECK(seen.has_value());
    CHECK_EQUAL(1, seen->type);
    CHECK(std::equal(mac.begin(), mac.end(), seen->mac.begin()));
    CHECK(as_text(seen->vendor_class) == probe_mark);
    CHECK(seen->relay.empty());
    CHECK_EQUAL(0x0304, read_u16(frame, 48));
    CHECK(frame.size() >= 42 + 300);
    // A header with its checksum adds up to nothing (RFC 1071).
    std::uint32_t sum = 0;
    for (std::size_t at = 14; at < 34; at += 2) {
        sum += read_u16(frame, at);
    }
    CHECK_EQUAL(0xffffU, (sum & 0xffff) + (sum >> 16));
    CHECK_EQUAL(frame.size() - 14, read_u16(frame, 16));
}

TEST(ProbeMessages, AnOfferAndAnAckNameTheirServer) {
    for (const auto type : {std::uint8_t{2}, std::uint8_t{5}}) {
        CHECK(server_of_frame(answer(type, {192, 0, 2, 66})) == parse_address("192.0.2.66"));
    }
    CHECK_FALSE(server_of_frame(answer(6, {192, 0, 2, 66})).has_value());
    CHECK_FALSE(server_of_frame(discover_frame(mac, 7)).has_value());
}

TEST(ProbeMessages, WithoutOption54TheIpAddressTells) {
    auto frame = answer(2, {192, 0, 2, 66});
    frame[42 + 240 + 3] = 100;
    CHECK(server_of_frame(frame) == parse_address("192.168.1.1"));
}

TEST(ProbeMessages, WhatIsCutOrOddNamesNobody) {
    const auto whole = answer(2, {192, 0, 2, 66});
    for (std::size_t size = 0; size < 42 + 240 + 3; ++size) {
        CHECK_FALSE(server_of_frame(ByteView(whole).first(size)).has_value());
    }
    for (const auto& [at, value] : {std::pair<std::size_t, std::uint8_t>{12, 8 + 1},
                                    {14, 0x65},
                                    {14, 0x44},
                                    {14, 0x4f},
                                    {20, 1},
                                    {23, 6},
                                    {37, 67},
                                    {42, 1},
                                    {42 + 236, 0},
                                    {42 + 241, 255}}) {
        auto odd = whole;
        odd[at] = value;
        CHECK_FALSE(server_of_frame(odd).has_value());
    }
}

TEST(ProbeMessages, OnlyTheAdvertiseToOurSolicitCounts) {
    auto message = solicit_message(0x010203);
    CHECK_FALSE(server_of_advertise(message, 0x010203).has_value());
    CHECK(is_probe_duid(ByteView(message).subspan(8, 18)));
    CHECK_FALSE(is_probe_duid(ByteView(message).subspan(8, 17)));
    message[0] = 2;
    CHECK(server_of_advertise(message, 0x010203).has_value());
    CHECK(server_of_advertise(message, 0x010203)->empty());
    CHECK_FALSE(server_of_advertise(message, 0x010204).has_value());
    CHECK_FALSE(server_of_advertise(ByteView(message).first(3), 0x010203).has_value());
    message.insert(message.end(), {0, 2, 0, 3, 0, 9, 7});
    CHECK(std::ranges::equal(*server_of_advertise(message, 0x010203), Bytes{0, 9, 7}));
    // An answer that is cut is one all the same.
    CHECK(server_of_advertise(ByteView(message).first(message.size() - 1), 0x010203)->empty());
}
