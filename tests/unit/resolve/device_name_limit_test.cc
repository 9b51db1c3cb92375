#include "tftpd/resolve/device_name_limit.h"

#include <boost/asio/ip/address.hpp>

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using boost::asio::ip::make_address;

TEST_GROUP(DeviceNameLimit) {
    DeviceNameLimit limit;
    TimePoint now{std::chrono::hours(1000)};
    IpAddress phone = make_address("192.0.2.10");
    unsigned last_of_network = 0;

    static std::string device(unsigned number) {
        const auto digits = std::to_string(number);
        return std::string(12 - digits.size(), '0') + digits;
    }
    DeviceNameLimit::Ruling asked(const IpAddress& from, unsigned number, unsigned most = 8, bool own = false) {
        return limit.ask(from, device(number), own, most, now);
    }
    bool has(unsigned number, unsigned most = 8) {
        return !asked(phone, number, most).refused;
    }
    /// One more address of 2001:db8:0:7::/64.
    IpAddress another() {
        auto bytes = make_address("2001:db8:0:7::").to_v6().to_bytes();
        ++last_of_network;
        bytes[13] = static_cast<unsigned char>(last_of_network >> 16);
        bytes[14] = static_cast<unsigned char>(last_of_network >> 8 & 0xff);
        bytes[15] = static_cast<unsigned char>(last_of_network & 0xff);
        return boost::asio::ip::address_v6(bytes);
    }
};

TEST(DeviceNameLimit, TheEighthDeviceIsTakenAndTheNinthIsNot) {
    for (unsigned number = 1; number <= 8; ++number) {
        CHECK(has(number));
    }
    const auto ninth = asked(phone, 9);
    CHECK(ninth.refused);
    CHECK(ninth.client == AddressPrefix::of(phone, 32));
    CHECK_EQUAL(8U, ninth.most);
    CHECK_FALSE(has(10));
    CHECK(has(8));
    CHECK(asked(make_address("::ffff:192.0.2.10"), 11).refused);
    CHECK_FALSE(asked(make_address("192.0.2.11"), 9).refused);
}

TEST(DeviceNameLimit, ADeviceCountsUntilItWasNotAskedForDuringAWindow) {
    CHECK(has(1, 1));
    now += DeviceNameLimit::window - 1ms;
    CHECK_FALSE(has(2, 1));
    CHECK(has(1, 1));
    now += DeviceNameLimit::window - 1ms;
    CHECK_FALSE(has(2, 1));
    now += 1ms;
    CHECK(has(2, 1));
}

TEST(DeviceNameLimit, ASweepIsSaidOnceUntilItHasPaused) {
    CHECK(has(1, 1));
    const auto first = asked(phone, 2, 1);
    CHECK(first.begins);
    CHECK(first.tell);
    for (unsigned number = 3; number < 100; ++number) {
        now += 1min;
        CHECK(has(1, 1));
        const auto further = asked(phone, number, 1);
        CHECK(further.refused);
        CHECK_FALSE(further.begins);
        CHECK_FALSE(further.tell);
    }
    now += DeviceNameLimit::window;
    CHECK(has(1, 1));
    const auto next = asked(phone, 2, 1);
    CHECK(next.begins);
    CHECK(next.tell);
}

TEST(DeviceNameLimit, EachSweepHasALineOfItsOwn) {
    const auto sweep = [&](unsigned host) { return asked(boost::asio::ip::address_v4(0xc0000200 + host), 1, 0); };
    for (unsigned host = 0; host < DeviceNameLimit::line_burst; ++host) {
        CHECK(sweep(host).tell);
    }
    // One that finds no room is counted, and has its line with a later question.
    const auto crowded = sweep(100);
    CHECK(crowded.begins);
    CHECK_FALSE(crowded.tell);
    now += DeviceNameLimit::line_every;
    const auto later = sweep(100);
    CHECK_FALSE(later.begins);
    CHECK(later.tell);
    now += DeviceNameLimit::line_every;
    CHECK_FALSE(sweep(100).tell);
}

TEST(DeviceNameLimit, ALowerLimitHoldsForNewDevicesAtOnce) {
    for (unsigned number = 1; number <= 4; ++number) {
        CHECK(has(number));
    }
    CHECK_FALSE(has(5, 2));
    CHECK(has(4, 2));
}

TEST(DeviceNameLimit, FarMoreClientsThanAreRememberedAreServed) {
    for (unsigned number = 0; number < 100'000; ++number) {
        CHECK_FALSE(asked(boost::asio::ip::address_v4(0x0a000000U + number), 1, 1).refused);
    }
}

TEST(DeviceNameLimit, AHostThatWalksThroughItsNetworksAddressesIsStoppedAllTheSame) {
    unsigned number = 0;
    unsigned served = 0;
    for (int address = 0; address < 1000; ++address) {
        const auto from = another();
        for (int name = 0; name < 8; ++name) {
            served += asked(from, ++number).refused ? 0 : 1;
        }
    }
    CHECK_EQUAL(8 * DeviceNameLimit::addresses_of_network, served);
    const auto refused = asked(another(), ++number);
    CHECK(refused.client == AddressPrefix::of(make_address("2001:db8:0:7::"), 64));
    CHECK_EQUAL(8 * DeviceNameLimit::addresses_of_network, refused.most);
    CHECK_FALSE(refused.begins);
    CHECK_FALSE(asked(make_address("2001:db8:0:8::1"), ++number).refused);
    CHECK_FALSE(asked(phone, ++number).refused);
}

TEST(DeviceNameLimit, WhatAPhoneAsksOfItsOwnDoesNotCountForTheNetwork) {
    unsigned number = 0;
    for (; number < 2 * 8 * DeviceNameLimit::addresses_of_network; ++number) {
        CHECK_FALSE(asked(another(), number, 8, true).refused);
    }
    for (unsigned foreign = 0; foreign < 8 * DeviceNameLimit::addresses_of_network; ++foreign) {
        CHECK_FALSE(asked(another(), ++number).refused);
    }
    CHECK(asked(another(), ++number).refused);
    CHECK_FALSE(asked(another(), ++number, 8, true).refused);
}

TEST(DeviceNameLimit, WhatOneAddressIsRefusedDoesNotCountForTheNetwork) {
    const auto walker = another();
    for (unsigned number = 0; number < 10'000; ++number) {
        CHECK_EQUAL(number >= 8, asked(walker, number).refused);
    }
    CHECK_FALSE(asked(another(), 20'000).refused);
}

TEST(DeviceNameLimit, WalkingThroughIpv6AddressesMakesNobodyForgotten) {
    for (unsigned number = 0; number < 9; ++number) {
        CHECK_EQUAL(number >= 8, asked(phone, number).refused);
    }
    for (unsigned address = 0; address < 100'000; ++address) {
        static_cast<void>(asked(another(), 1));
    }
    CHECK(asked(phone, 10).refused);
}

TEST(DeviceNameLimit, ANetworkHasNoLessThanAnAddress) {
    const auto walker = another();
    for (unsigned number = 0; number <= DeviceNameLimit::most_of_network; ++number) {
        CHECK_FALSE(asked(walker, number, DeviceNameLimit::most_of_network + 1).refused);
    }
}
