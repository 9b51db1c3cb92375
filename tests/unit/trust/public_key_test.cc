#include "tftpd/trust/public_key.h"

#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::ok;

TEST_GROUP(PublicKey){};

TEST(PublicKey, AnRsaKeyIsReadAsTrustListsCarryIt) {
    const auto& bytes = samples::grown_up().certificate().key.bytes();
    CHECK_EQUAL(270U, bytes.size());
    const auto key = PublicKey::parse(bytes);
    CHECK(ok(key));
    CHECK_EQUAL(std::string("RSA 2048"), key->text());
    CHECK(key->bytes() == bytes);
    CHECK(!ok(PublicKey::parse(ByteView(bytes).first(bytes.size() - 1))));
    auto longer = bytes;
    longer.push_back(0);
    CHECK(!ok(PublicKey::parse(longer)));
}

TEST(PublicKey, APointOnACurveIsReadAndSignsNothing) {
    for (const auto& [size, text] :
         std::vector<std::pair<std::size_t, std::string>>{{65, "EC P-256"}, {97, "EC P-384"}, {133, "EC P-521"}}) {
        Bytes point(size, 1);
        CHECK(!ok(PublicKey::parse(point)));
        point[0] = 4;
        const auto key = PublicKey::parse(point);
        CHECK_EQUAL(text, key->text());
        CHECK(!key->verifies(Digest::sha1, Bytes(20), Bytes(128)));
    }
    CHECK(!ok(PublicKey::parse(Bytes(96, 4))));
}

TEST(PublicKey, SizesOutOfRangeAreRefused) {
    CHECK(!ok(PublicKey::parse({})));
    CHECK(!ok(PublicKey::parse(Bytes(PublicKey::max_size + 1, 0x30))));
}
