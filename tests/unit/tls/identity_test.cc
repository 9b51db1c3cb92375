#include "tftpd/tls/identity.h"

#include "tests/unit/tls/identities.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tls;
using test::noon;
using trust::samples::ok;

TEST_GROUP(Identity) {
    test::Scratch scratch;
    std::filesystem::path directory = scratch / "trust" / "https";
    IdentityWish wish{.files = {}, .directory = directory, .host_name = "branch-07", .now = noon};

    static mode_t mode(const std::filesystem::path& path) {
        struct stat status{};
        CHECK_EQUAL(0, ::stat(path.c_str(), &status));
        return status.st_mode & 07777;
    }
    std::string failure() const {
        const auto identity = open_identity(wish);
        return identity ? "" : identity.error().text;
    }
    void check_failure(const std::string& part) const {
        CHECK_TEXT(failure().find(part) != std::string::npos, failure().c_str());
    }
};

TEST(Identity, IsMadeOnceAndOnlyItsOwnerReadsTheKey) {
    const auto first = open_identity(wish);
    CHECK(ok(first));
    LONGS_EQUAL(1, (*first)->size());
    const auto& certificate = (*first)->front().certificate();
    STRCMP_EQUAL("CN=branch-07;OU=Phones;O=Branchline", certificate.subject.c_str());
    STRCMP_EQUAL("EC P-384", certificate.key.text().c_str());
    CHECK(certificate.not_before < noon);
    CHECK(certificate.not_after > noon + std::chrono::years(9));
    CHECK_EQUAL(0600u, mode(directory / "https.key"));
    CHECK_EQUAL(0700u, mode(directory));
    const auto again = open_identity(wish);
    CHECK(ok(again));
    CHECK(same_certificates(**first, **again));
}

TEST(Identity, IsAnotherInEachPlace) {
    CHECK_FALSE(same_certificates(*test::made(scratch / "one"), *test::made(scratch / "other")));
}

TEST(Identity, AMissingCertificateIsMadeForTheKeyThatIsThere) {
    const auto before = test::made(directory);
    std::filesystem::remove(directory / "https.pem");
    const auto after = open_identity(wish);
    CHECK(ok(after));
    CHECK(before->front().certificate().key.bytes() == (*after)->front().certificate().key.bytes());
    CHECK_FALSE(same_certificates(*before, **after));
}

TEST(Identity, ACertificateWithoutItsKeyIsNotOverwritten) {
    test::made(directory);
    std::filesystem::remove(directory / "https.key");
    check_failure("https.key that it belongs to is missing");
}

TEST(Identity, TheOperatorsFilesAreTakenLinksIncluded) {
    test::made(directory);
    std::filesystem::create_symlink(directory / "https.pem", scratch / "live.pem");
    std::filesystem::create_symlink(directory / "https.key", scratch / "live.key");
    wish.files = {test::rsa_files(scratch), {scratch / "live.pem", scratch / "live.key"}};
    const auto identity = open_identity(wish);
    CHECK(ok(identity));
    LONGS_EQUAL(2, (*identity)->size());
    STRCMP_EQUAL("RSA 2048", (*identity)->front().certificate().key.text().c_str());
    STRCMP_EQUAL("EC P-384", (*identity)->back().certificate().key.text().c_str());
}

TEST(Identity, WhatFollowsTheFirstCertificateIsTheChain) {
    auto files = test::rsa_files(scratch);
    auto text = test::text_of_file(files.certificate);
    for (std::size_t more = 1; more < max_chain; ++more) {
        text += trust::samples::alice().certificate().pem();
    }
    files.certificate = scratch.write("chain.pem", text);
    wish.files = {files};
    LONGS_EQUAL(max_chain, (*open_identity(wish))->front().chain.size());
    scratch.write("chain.pem", text + trust::samples::alice().certificate().pem());
    check_failure("a chain may have 8");
}

TEST(Identity, WhatDoesNotBelongTogetherIsRefused) {
    const auto rsa = test::rsa_files(scratch);
    wish.files = {{scratch.write("a.pem", trust::samples::alice().certificate().pem()), rsa.key}};
    check_failure("a.pem: the first certificate is not one of the key");
    wish.files = {rsa, rsa};
    check_failure("a key of the same kind");
}

TEST(Identity, AKeyThatOthersReadOrThatIsTooSmallOrEncryptedIsRefused) {
    auto files = test::rsa_files(scratch);
    wish.files = {files};
    ::chmod(files.key.c_str(), 0640);
    STRCMP_EQUAL("", failure().c_str());
    ::chmod(files.key.c_str(), 0604);
    check_failure("rsa.key: everybody on this machine may read");
    wish.files = {{files.certificate, test::write_key(scratch, "small.key", trust::samples::alice().key().pem())}};
    check_failure("TLS needs at least RSA 2048");
    wish.files = {{files.certificate, test::write_key(scratch, "locked.key",
                                                      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
                                                      "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n"
                                                      "-----END RSA PRIVATE KEY-----\n")}};
    check_failure("locked.key: the key is encrypted");
    wish.files = {{scratch / "absent.pem", files.key}};
    ::chmod(files.key.c_str(), 0600);
    check_failure("absent.pem: No such file");
}
