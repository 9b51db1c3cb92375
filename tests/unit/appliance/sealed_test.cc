#include "image/appliance/sealed.h"

#include "tests/unit/config/support.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using config_test::has;

namespace {

const std::string passphrase = "correct horse";
const std::string content = std::string("tar\0of keys", 11);

std::string sealed_content() {
    auto sealed = seal(content, passphrase);
    CHECK_TRUE(static_cast<bool>(sealed));
    return *sealed;
}

}  // namespace

TEST_GROUP(Sealed){};

TEST(Sealed, OpensWithItsPassphraseOnly) {
    const std::string sealed = sealed_content();
    const auto opened = unseal(sealed, passphrase);
    CHECK_TRUE(opened && *opened == content);
    const auto refused = unseal(sealed, "correct hors");
    CHECK_FALSE(static_cast<bool>(refused));
    CHECK(has(refused.error().text, "passphrase"));
}

TEST(Sealed, ShowsNothingAndIsNeverTwiceTheSame) {
    const std::string sealed = sealed_content();
    CHECK_FALSE(has(sealed, "keys"));
    CHECK_FALSE(sealed == sealed_content());
}

// Header, salt, nonce, content and tag: a bit of each.
TEST(Sealed, AChangedBitAnywhereIsFound) {
    const std::string sealed = sealed_content();
    for (const std::size_t at : {std::size_t{0}, std::size_t{20}, std::size_t{36}, std::size_t{48}, sealed.size() - 1}) {
        std::string changed = sealed;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        CHECK_FALSE(static_cast<bool>(unseal(changed, passphrase)));
    }
}

TEST(Sealed, WhatIsNoBackupIsToldApart) {
    for (const std::string& other : {std::string(), std::string("PK\3\4"), sealed_content().substr(0, 63)}) {
        const auto refused = unseal(other, passphrase);
        CHECK_FALSE(static_cast<bool>(refused));
        CHECK(has(refused.error().text, "no backup"));
    }
}

TEST(Sealed, ThePassphraseHasEightCharactersAtLeast) {
    CHECK_FALSE(static_cast<bool>(seal(content, "seven77")));
    CHECK_TRUE(static_cast<bool>(seal(content, "eight888")));
}

TEST(Sealed, AnEmptyContentIsOne) {
    const auto sealed = seal({}, passphrase);
    CHECK_TRUE(static_cast<bool>(sealed));
    const auto opened = unseal(*sealed, passphrase);
    CHECK_TRUE(opened && opened->empty());
}
