#include "tftpd/trust/digest.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;

TEST_GROUP(Digest){};

TEST(Digest, KnownAnswers) {
    // FIPS 180-4's and RFC 1321's "abc".
    CHECK_EQUAL(std::string("a9993e364706816aba3e25717850c26c9cd0d89d"), hex(hash(Digest::sha1, {as_bytes("abc")})));
    CHECK_EQUAL(std::string("900150983cd24fb0d6963f7d28e17f72"), hex(hash(Digest::md5, {as_bytes("abc")})));
    CHECK_EQUAL(std::string("ddaf35a193617aba"), hex(hash(Digest::sha512, {as_bytes("abc")})).substr(0, 16));
}

TEST(Digest, PartsAreHashedAsOne) {
    CHECK(hash(Digest::sha256, {as_bytes("a"), {}, as_bytes("bc")}) == hash(Digest::sha256, {as_bytes("abc")}));
}
