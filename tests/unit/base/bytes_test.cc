#include "tftpd/base/bytes.h"

#include <array>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Bytes){};

TEST(Bytes, NumbersAreInNetworkOrder) {
    std::array<std::uint8_t, 5> bytes{};
    write_u16(bytes, 1, 0xabcd);
    CHECK_EQUAL(0xab, bytes[1]);
    CHECK_EQUAL(0xcd, bytes[2]);
    CHECK_EQUAL(0xabcd, read_u16(bytes, 1));
    write_u32(bytes, 1, 0x89abcdef);
    CHECK(bytes == (std::array<std::uint8_t, 5>{0, 0x89, 0xab, 0xcd, 0xef}));
    CHECK_EQUAL(0x89abcdefU, read_u32(bytes, 1));
}

TEST(Bytes, ANumberIsTheSameWithoutZerosInFrontOfIt) {
    const Bytes number{0, 0, 7, 0};
    CHECK_EQUAL(2U, without_leading_zeros(number).size());
    CHECK_EQUAL(7, without_leading_zeros(number)[0]);
    CHECK_EQUAL(0U, without_leading_zeros(ByteView(number).first(2)).size());
}

TEST(Bytes, EscapedLeavesOrdinaryNamesAlone) {
    CHECK_EQUAL(std::string("SEP0123456789AB.cnf.xml.sgn"), escaped("SEP0123456789AB.cnf.xml.sgn"));
}

TEST(Bytes, EscapedHidesControlCharactersBlanksAndQuotes) {
    CHECK_EQUAL(std::string("a\\x20b\\x1b\\x5c\\x22\\xff"), escaped("a b\x1b\\\"\xff"));
}

TEST(Bytes, EscapedCutsAtTheLimit) {
    CHECK_EQUAL(std::string("aaaa..."), escaped("aaaaa", 4));
    CHECK_EQUAL(std::string("aaaa"), escaped("aaaa", 4));
}
