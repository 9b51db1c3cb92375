#include "tftpd/base/letters.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;

TEST_GROUP(Letters){};

TEST(Letters, OnlyAsciiLettersHaveTwoCases) {
    CHECK_EQUAL(std::string("az@[`{09-\xc4\xe4"), to_lower("AZ@[`{09-\xc4\xe4"));
}

TEST(Letters, CaseMakesNoDifference) {
    CHECK(same_letters("BlkSize", "bLKsIZE"));
    CHECK(same_letters("", ""));
    CHECK_FALSE(same_letters("blksize", "blksiz"));
    CHECK_FALSE(same_letters("blksiz", "blksize"));
    CHECK_FALSE(same_letters("@", "`"));
    CHECK_FALSE(same_letters("\xc4", "\xe4"));
}
