#include "tftpd/server/phone_memory.h"

#include "tests/unit/server/support.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;

TEST_GROUP(PhoneMemory) {
    PhoneMemory memory;
    const TimePoint now = TimePoint(1000s);
    const AddressBytes phone = peer("192.0.2.1", 0).address;
    static tftp::RoundTrip measured(Duration elapsed) {
        tftp::RoundTrip round_trip;
        round_trip.sample(elapsed);
        return round_trip;
    }
};

TEST(PhoneMemory, AnUnknownPhoneIsNotRecalled) {
    CHECK_FALSE(memory.recall(phone, now).has_value());
}

TEST(PhoneMemory, ThePhoneIsRecalledAsItWasLast) {
    memory.remember(phone, measured(50ms), now);
    memory.remember(phone, measured(70ms), now);
    CHECK(memory.recall(phone, now)->smoothed() == 70ms);
}

TEST(PhoneMemory, HalfAnHourLaterItIsStillRecalledAndThenNoMore) {
    memory.remember(phone, measured(50ms), now);
    CHECK(memory.recall(phone, now + PhoneMemory::valid).has_value());
    CHECK_FALSE(memory.recall(phone, now + PhoneMemory::valid + 1ns).has_value());
}

TEST(PhoneMemory, HoldsAtMostItsTableAndPrefersTheNewest) {
    constexpr unsigned many = 50000;
    for (unsigned number = 0; number < many; ++number) {
        const auto address = boost::asio::ip::address_v4(0x0a000000u + number);
        memory.remember(to_bytes(address), measured(50ms), now + std::chrono::milliseconds(number));
    }
    unsigned known = 0;
    for (unsigned number = 0; number < many; ++number) {
        known += memory.recall(to_bytes(boost::asio::ip::address_v4(0x0a000000u + number)), now).has_value() ? 1 : 0;
    }
    CHECK(known <= PhoneMemory::sets * PhoneMemory::ways);
    CHECK(memory.recall(to_bytes(boost::asio::ip::address_v4(0x0a000000u + many - 1)), now).has_value());
}

TEST(PhoneMemory, ClearedItKnowsNobody) {
    memory.remember(phone, measured(50ms), now);
    memory.clear();
    CHECK_FALSE(memory.recall(phone, now).has_value());
}
