#include "tftpd/trust/key_files.h"

#include "tests/unit/scratch.h"
#include "tests/unit/trust/samples.h"

#include <filesystem>

#include <sys/stat.h>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::ok;

TEST_GROUP(KeyFiles) {
    test::Scratch scratch;
    std::filesystem::path directory = scratch.path() / "a" / "trust";
    SignerWish wish{.bits = 1024, .common_name = "branch-07", .now = samples::noon};

    std::string read(const char* name) const {
        const auto bytes = read_whole_file(directory / name, 65536);
        return bytes && *bytes ? std::string(as_text(**bytes)) : "";
    }
    std::string failure() const {
        const auto signer = open_signer(directory, wish);
        return signer ? "" : signer.error().text;
    }
    void write(const char* name, const std::string& text) const {
        CHECK(ok(write_private_file(directory / name, text)));
    }
    static mode_t mode(const std::filesystem::path& path) {
        struct stat status{};
        CHECK_EQUAL(0, ::stat(path.c_str(), &status));
        return status.st_mode & 07777;
    }
};

TEST(KeyFiles, AreMadeOnceAndOnlyTheirOwnerReadsThem) {
    const auto first = open_signer(directory, wish);
    CHECK(ok(first));
    const auto& certificate = (*first)->certificate();
    STRCMP_EQUAL("CN=branch-07;OU=Phones;O=Branchline", certificate.subject.c_str());
    CHECK_EQUAL(1024u, certificate.key.bits());
    CHECK(certificate.not_before < wish.now);
    CHECK(certificate.not_after > wish.now + std::chrono::years(9));
    CHECK_EQUAL(0600u, mode(directory / "signing.key"));
    CHECK_EQUAL(0700u, mode(directory));

    const auto digest = hash(Digest::sha1, {as_bytes("text")});
    const auto again = open_signer(directory, wish);
    CHECK(ok(again));
    CHECK((*again)->certificate().der == certificate.der);
    CHECK(certificate.key.verifies(Digest::sha1, digest, *(*again)->sign(Digest::sha1, digest)));
}

TEST(KeyFiles, AreAnotherInEachPlace) {
    const auto one = open_signer(directory, wish);
    const auto other = open_signer(scratch.path() / "b", wish);
    CHECK(ok(one) && ok(other));
    CHECK((*one)->certificate().key.bytes() != (*other)->certificate().key.bytes());
}

TEST(KeyFiles, ABoxWithoutAClockMakesACertificateThatIsGoodLater) {
    wish.now = WallTime{};
    const auto signer = open_signer(directory, wish);
    CHECK(ok(signer));
    CHECK((*signer)->certificate().not_after > samples::noon);
}

TEST(KeyFiles, AKeyThatOthersMayReadIsRefused) {
    CHECK(ok(open_signer(directory, wish)));
    ::chmod((directory / "signing.key").c_str(), 0640);
    STRCMP_CONTAINS("chmod 600", failure().c_str());
    ::chmod((directory / "signing.key").c_str(), 0600);
    STRCMP_EQUAL("", failure().c_str());
}

TEST(KeyFiles, WhatIsThereAndNoGoodIsNeverOverwritten) {
    std::filesystem::create_directories(directory);
    write("signing.key", "no key");
    STRCMP_CONTAINS("signing.key", failure().c_str());
    STRCMP_EQUAL("no key", read("signing.key").c_str());

    write("signing.key", samples::alice().key().pem());
    write("signing.pem", samples::bob().certificate().pem());
    STRCMP_CONTAINS("not one of signing.key", failure().c_str());
    write("signing.pem", "no certificate");
    STRCMP_CONTAINS("signing.pem", failure().c_str());
    STRCMP_EQUAL("no certificate", read("signing.pem").c_str());
    write("signing.pem", samples::alice().certificate().pem());
    const auto signer = open_signer(directory, wish);
    CHECK(ok(signer));
    CHECK((*signer)->certificate().der == samples::alice().certificate().der);
}

TEST(KeyFiles, ACertificateAloneWantsItsKey) {
    std::filesystem::create_directories(directory);
    write("signing.pem", samples::alice().certificate().pem());
    STRCMP_CONTAINS("signing.key that it belongs to", failure().c_str());
    STRCMP_EQUAL("", read("signing.key").c_str());
}

TEST(KeyFiles, ADirectoryInTheWayIsSaid) {
    scratch.write("a/trust", "a file");
    STRCMP_CONTAINS("trust", failure().c_str());
}

TEST(KeyFiles, AFileThatHasToBeThereIsMissed) {
    scratch.write("f", "1234");
    CHECK_EQUAL(4u, read_needed_file(scratch.path() / "f", 4)->size());
    STRCMP_CONTAINS("g: No such file", read_needed_file(scratch.path() / "g", 4).error().text.c_str());
}

TEST(KeyFiles, ReadsAtMostWhatIsAllowed) {
    scratch.write("f", "1234");
    CHECK_EQUAL(4u, (*read_whole_file(scratch.path() / "f", 4))->size());
    CHECK(!ok(read_whole_file(scratch.path() / "f", 3)));
    CHECK(!read_whole_file(scratch.path() / "g", 3)->has_value());
    std::filesystem::create_symlink("f", scratch.path() / "link");
    CHECK(!ok(read_whole_file(scratch.path() / "link", 4)));
}
