#include "tftpd/trust/fingerprint.h"

#include <CppUTest/TestHarness.h>

using namespace branchline::trust;

TEST_GROUP(Fingerprint){};

TEST(Fingerprint, IsReadAsPeopleWriteIt) {
    for (const auto* written : {"1f0150b6", "1F:01:50:B6", "1f01 50b6", " 1f01:50B6 "}) {
        CHECK_EQUAL(std::string("1f0150b6"), digits_of_fingerprint(written).value_or("none"));
    }
    CHECK_EQUAL(std::string(), digits_of_fingerprint("").value_or("none"));
    for (const auto* wrong : {"1g", "sha256 Fingerprint=1F:01", "1f-01", "0x1f"}) {
        CHECK_FALSE(digits_of_fingerprint(wrong).has_value());
    }
}
