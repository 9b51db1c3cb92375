#include "tftpd/trust/signing_key.h"

#include "tests/unit/trust/samples.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::ok;

TEST_GROUP(SigningKey){};

TEST(SigningKey, IsTheSameAfterWritingAndReading) {
    const auto& key = samples::alice().key();
    const auto again = SigningKey::parse_pem(key.pem());
    CHECK(ok(again));
    CHECK(again->public_key().bytes() == key.public_key().bytes());
    const auto digest = hash(Digest::sha512, {as_bytes("text")});
    CHECK(key.public_key().verifies(Digest::sha512, digest, *again->sign(Digest::sha512, digest)));
    CHECK(
        !key.public_key().verifies(Digest::sha1, hash(Digest::sha1, {as_bytes("text")}), *again->sign(Digest::sha512, digest)));
}

TEST(SigningKey, WhatIsNoKeyIsRefused) {
    CHECK(!ok(SigningKey::parse_pem("hello")));
    CHECK(!ok(SigningKey::parse_pem(samples::alice().certificate().pem())));
    const auto pem = samples::alice().key().pem();
    CHECK(!ok(SigningKey::parse_pem(pem.substr(0, pem.size() / 2))));
}

TEST(SigningKey, EachIsAnother) {
    CHECK(samples::alice().key().public_key().bytes() != samples::bob().key().public_key().bytes());
    CHECK(samples::alice().certificate().serial != samples::bob().certificate().serial);
}
