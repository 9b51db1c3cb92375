#include "tftpd/trust/escrow.h"

#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::alice;
using samples::bob;
using samples::ok;

namespace {

constexpr std::string_view passphrase = "a dozen chars";
constexpr unsigned few_rounds = 1000;

std::string copy_of(const samples::LocalSigner& signer, const Certificate& certificate) {
    return *escrow_of(signer.key(), certificate, passphrase, few_rounds);
}

}  // namespace

TEST_GROUP(Escrow){};

TEST(Escrow, TheKeyComesBackWithItsCertificate) {
    const auto copy = copy_of(alice(), alice().certificate());
    CHECK(copy.find(alice().key().pem().substr(40, 40)) == std::string::npos);
    const auto opened = open_escrow(copy, passphrase);
    CHECK(ok(opened));
    CHECK(opened->certificate.der == alice().certificate().der);
    CHECK(opened->key.public_key().bytes() == alice().certificate().key.bytes());
    const auto digest = hash(Digest::sha256, {as_bytes("x")});
    CHECK(alice().certificate().key.verifies(Digest::sha256, digest, *opened->key.sign(Digest::sha256, digest)));
    CHECK(copy != copy_of(alice(), alice().certificate()));  // salted
}

TEST(Escrow, AnotherPassphraseAndDamageOpenNothing) {
    const auto copy = copy_of(alice(), alice().certificate());
    CHECK(!ok(open_escrow(copy, "another dozen chars")));
    auto cut = copy;
    cut.resize(cut.size() - 60);
    CHECK(!ok(open_escrow(cut, passphrase)));
    CHECK(!ok(open_escrow(alice().certificate().pem(), passphrase)));
    CHECK(!ok(open_escrow(copy.substr(copy.find("-----BEGIN ENCRYPTED")), passphrase)));
    CHECK(!ok(open_escrow("", passphrase)));
}

TEST(Escrow, ACertificateOfAnotherKeyIsNotTaken) {
    const auto opened = open_escrow(copy_of(alice(), bob().certificate()), passphrase);
    CHECK_EQUAL(std::string("the copy's certificate is not one of its key"), opened.error().text);
}

TEST(Escrow, APassphraseHas12To256Characters) {
    const auto good = [](std::size_t size) {
        return ok(escrow_of(alice().key(), alice().certificate(), std::string(size, 'p'), few_rounds));
    };
    CHECK(!good(least_passphrase - 1));
    CHECK(good(least_passphrase));
    CHECK(good(longest_passphrase));
    CHECK(!good(longest_passphrase + 1));
}
