#include "tftpd/trust/signer_messages.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;

TEST_GROUP(SignerMessages){};

TEST(SignerMessages, AreReadAsTheyWereWritten) {
    const auto open = open_message({4096, "branch-07"});
    const auto message = parse_signer_message(open);
    CHECK(message && message->word == SignerWord::open);
    const auto wish = parse_open(message->rest);
    CHECK(wish.has_value());
    CHECK_EQUAL(4096u, wish->bits);
    STRCMP_EQUAL("branch-07", wish->common_name.c_str());

    const auto hash = trust::hash(Digest::sha256, {as_bytes("x")});
    const auto sign = sign_message(Digest::sha256, hash);
    const auto signing = parse_sign(parse_signer_message(sign)->rest);
    CHECK(signing.has_value());
    CHECK(signing->digest == Digest::sha256);
    CHECK(signing->hash == hash);
}

TEST(SignerMessages, WhatIsNoneIsNone) {
    CHECK(!parse_signer_message({}));
    CHECK(!parse_signer_message(as_bytes("X")));
    Bytes longest(max_signer_message, 'F');
    CHECK(parse_signer_message(longest).has_value());
    longest.push_back('F');
    CHECK(!parse_signer_message(longest));
    CHECK(!parse_open(as_bytes("x")));
    CHECK(parse_open(Bytes(2 + 255)).has_value());
    CHECK(!parse_open(Bytes(2 + 256)));
    CHECK(!parse_sign({}));
    CHECK(!parse_sign(Bytes{4}));
    for (const std::size_t size : {19u, 21u}) {
        Bytes rest(1 + size);
        rest[0] = static_cast<std::uint8_t>(Digest::sha1);
        CHECK(!parse_sign(rest));
    }
}
