#include "tftpd/resolve/device_name_limit.h"

#include <boost/asio/ip/address.hpp>

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using Verdict = DeviceNameLimit::Verdict;

TEST_GROUP(DeviceNameLimit) {
    DeviceNameLimit limit;
    TimePoint now{std::chrono::hours(1000)};
    IpAddress phone = boost::asio::ip::make_address("192.0.2.10");
    IpAddress other = boost::asio::ip::make_address("2001:db8::10");

    static std::string device(unsigned number) {
        const auto digits = std::to_string(number);
        return std::string(12 - digits.size(), '0') + digits;
    }
    Verdict ask(unsigned number, unsigned most = 8) {
        return limit.ask(phone, device(number), most, now);
    }
};

TEST(DeviceNameLimit, TheEighthDeviceIsTakenAndTheNinthIsNot) {
    for (unsigned number = 1; number <= 8; ++number) {
        CHECK(ask(number) == Verdict::taken);
    }
    CHECK(ask(9) == Verdict::refused_first);
    CHECK(ask(10) == Verdict::refused);
    CHECK(ask(8) == Verdict::taken);
    CHECK(limit.ask(other, device(9), 8, now) == Verdict::taken);
}

TEST(DeviceNameLimit, ADeviceCountsUntilItWasNotAskedForDuringAWindow) {
    CHECK(ask(1, 1) == Verdict::taken);
    now += DeviceNameLimit::window - 1ms;
    CHECK(ask(2, 1) == Verdict::refused_first);
    CHECK(ask(1, 1) == Verdict::taken);
    now += DeviceNameLimit::window - 1ms;
    CHECK(ask(2, 1) == Verdict::refused);
    now += 1ms;
    CHECK(ask(2, 1) == Verdict::taken);
}

TEST(DeviceNameLimit, ASweepIsSaidOnceUntilItHasPaused) {
    CHECK(ask(1, 1) == Verdict::taken);
    CHECK(ask(2, 1) == Verdict::refused_first);
    for (unsigned number = 3; number < 100; ++number) {
        now += 1min;
        CHECK(ask(1, 1) == Verdict::taken);
        CHECK(ask(number, 1) == Verdict::refused);
    }
    now += DeviceNameLimit::window;
    CHECK(ask(1, 1) == Verdict::taken);
    CHECK(ask(2, 1) == Verdict::refused_first);
}

TEST(DeviceNameLimit, ALowerLimitHoldsForNewDevicesAtOnce) {
    for (unsigned number = 1; number <= 4; ++number) {
        CHECK(ask(number) == Verdict::taken);
    }
    CHECK(ask(5, 2) == Verdict::refused_first);
    CHECK(ask(4, 2) == Verdict::taken);
}

TEST(DeviceNameLimit, FarMoreClientsThanAreRememberedAreServed) {
    for (unsigned number = 0; number < 4 * DeviceNameLimit::max_clients; ++number) {
        const IpAddress client = boost::asio::ip::address_v4(0x0a000000U + number);
        CHECK(limit.ask(client, device(1), 1, now) == Verdict::taken);
    }
}
