#include "tftpd/base/decimal.h"

#include <cstdint>

#include <CppUTest/TestHarness.h>

using branchline::decimal;

TEST_GROUP(Decimal){};

TEST(Decimal, TheWholeTextIsTheNumber) {
    CHECK(decimal<std::uint64_t>("0") == 0U);
    CHECK(decimal<std::uint64_t>("007") == 7U);
    CHECK(decimal<std::uint64_t>("18446744073709551615") == UINT64_MAX);
    CHECK(decimal<std::int64_t>("-5") == -5);
    for (const auto* none : {"", " 1", "1 ", "+1", "1x", "x", "0x1", "1.0", "-"}) {
        CHECK_FALSE(decimal<std::int64_t>(none).has_value());
    }
}

TEST(Decimal, WhatDoesNotFitIsNone) {
    CHECK(decimal<std::uint16_t>("65535") == 65535);
    CHECK_FALSE(decimal<std::uint16_t>("65536").has_value());
    CHECK_FALSE(decimal<std::uint16_t>("-1").has_value());
    CHECK_FALSE(decimal<std::uint64_t>("18446744073709551616").has_value());
}
