#include "kea-hooks/first_look.h"

#include <random>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::hook;

TEST_GROUP(FirstLook) {
    Bytes message = [] {
        Bytes made(240);
        made[0] = made[1] = 1;
        made[2] = 6;
        made[33] = 0x55;
        made[236] = 99;
        made[237] = 130;
        made[238] = 83;
        made[239] = 99;
        return made;
    }();

    void add(std::initializer_list<std::uint8_t> bytes) {
        message.insert(message.end(), bytes);
    }
};

TEST(FirstLook, WhatIsNeededIsFound) {
    message[24] = 203;
    message[27] = 1;
    add({0, 53, 1, 3, 12, 2, 'a', 'b', 54, 4, 192, 0, 2, 9, 60, 2, 'C', 'i', 61, 1, 7, 255, 53, 1, 1});
    const auto look = first_look(message);
    CHECK(look.has_value());
    CHECK_EQUAL(3, look->type);
    CHECK_EQUAL(0x55, look->mac[5]);
    CHECK_EQUAL(std::string("203.0.0.1"), to_text(look->relay));
    CHECK_EQUAL(std::string("192.0.2.9"), to_text(look->server));
    CHECK_EQUAL(2U, look->vendor_class.size());
    CHECK_EQUAL(1U, look->client_id.size());
}

TEST(FirstLook, WhatIsMissingIsEmpty) {
    message[2] = 16;
    add({53, 1, 1});
    const auto look = first_look(message);
    CHECK(look && look->mac.empty() && look->relay.empty() && look->server.empty() && look->vendor_class.empty());
}

TEST(FirstLook, WhatIsNoMessageFromAClientIsNothing) {
    CHECK_FALSE(first_look(message).has_value());  // no type
    add({53, 1, 1});
    CHECK(first_look(message).has_value());
    auto reply = message;
    reply[0] = 2;
    CHECK_FALSE(first_look(reply).has_value());
    auto bootp = message;
    bootp[236] = 0;
    CHECK_FALSE(first_look(bootp).has_value());
    CHECK_FALSE(first_look(ByteView(message).first(239)).has_value());
    add({60, 5, 'x'});
    CHECK_FALSE(first_look(message).has_value());  // an option beyond the end
    message.resize(message.size() - 2);
    CHECK_FALSE(first_look(message).has_value());  // a code without its length
}

TEST(FirstLook, AnyBytesAreTaken) {
    std::mt19937 dice(1);
    for (int round = 0; round < 20'000; ++round) {
        auto bytes = message;
        bytes.resize(240 + dice() % 80);
        for (std::size_t i = 240; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::uint8_t>(dice() % 3 == 0 ? 53 + dice() % 9 : dice() % 8);
        }
        if (const auto look = first_look(bytes)) {
            CHECK(look->vendor_class.size() <= bytes.size());
        }
    }
}

TEST(FirstLook, OfDhcpv6WhatIsNeededIsFound) {
    const Bytes request{3, 1, 2, 3, 0,  8, 0, 2, 0, 0, 0, 1, 0, 3,   0,   3,   1, 0, 2, 0,
                        2, 9, 8, 0, 16, 0, 9, 0, 0, 0, 9, 0, 2, 'C', 'P', 'x', 0, 6, 0, 0};
    const auto look = first_look6(request);
    CHECK(look.has_value());
    CHECK_EQUAL(3, look->type);
    CHECK(std::ranges::equal(look->duid, Bytes{0, 3, 1}));
    CHECK(std::ranges::equal(look->server, Bytes{9, 8}));
    CHECK(as_text(look->vendor_class) == "CP");
    const auto bare = first_look6(Bytes{1, 0, 0, 0});
    CHECK(bare && bare->duid.empty() && bare->server.empty() && bare->vendor_class.empty());
}

TEST(FirstLook, OfDhcpv6ARelaysMessageOrACutOneIsNothing) {
    Bytes renew{5, 0, 0, 1, 0, 2, 0, 2, 7, 7};
    CHECK(first_look6(renew).has_value());
    for (const std::size_t size : {0U, 3U, 5U, 7U, 9U}) {
        CHECK_FALSE(first_look6(ByteView(renew).first(size)).has_value());
    }
    for (const unsigned type : {0U, 12U, 13U, 255U}) {
        renew[0] = static_cast<std::uint8_t>(type);
        CHECK_FALSE(first_look6(renew).has_value());
    }
}

TEST(FirstLook, OfDhcpv6AClassTextEndsWhereItsOptionDoes) {
    CHECK(as_text(first_look6(Bytes{1, 0, 0, 0, 0, 16, 0, 7, 0, 0, 0, 9, 0, 200, 'C'})->vendor_class) == "C");
    CHECK(first_look6(Bytes{1, 0, 0, 0, 0, 16, 0, 5, 0, 0, 0, 9, 0})->vendor_class.empty());
}
