#include "tftpd/trust/certificate_stores.h"

#include "tests/unit/scratch.h"
#include "tests/unit/trust/samples.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::noon;
using samples::ok;

TEST_GROUP(CertificateStores) {
    branchline::test::Scratch scratch;

    static std::string both() {
        return samples::alice().certificate().pem() + samples::bob().certificate().pem();
    }
    static std::string fingerprint_of_alice() {
        return samples::alice().certificate().fingerprint();
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(scratch / name) << text;
    }
    static std::size_t removed(CertificateStores & stores, const CertificateStores::Selection& selection) {
        const auto gone = stores.remove(selection);
        CHECK(ok(gone));
        return gone->size();
    }
};

TEST(CertificateStores, WithoutFilesAllAreEmpty) {
    const CertificateStores stores(scratch / "none");
    for (const auto store : all_stores) {
        CHECK(stores.snapshot()->in(store).empty());
        CHECK(stores.snapshot()->faults[static_cast<std::size_t>(store)].empty());
        CHECK(store_of(name_of(store)) == store);
    }
    CHECK(!store_of("tomcat").has_value());
}

TEST(CertificateStores, WhatWasImportedIsThereAfterARestart) {
    {
        CertificateStores stores(scratch / "made");
        const auto imported = stores.import(Store::callmanager, "hq-east", as_bytes(both()), noon);
        CHECK(ok(imported));
        CHECK_EQUAL(2U, imported->added.size());
        CHECK_EQUAL(2U, stores.snapshot()->in(Store::callmanager).size());
    }
    const CertificateStores again(scratch / "made");
    const auto& content = again.snapshot()->in(Store::callmanager);
    CHECK_EQUAL(2U, content.size());
    CHECK(content[0].certificate.der == samples::alice().certificate().der);
    CHECK_EQUAL(std::string("hq-east"), content[1].cluster);
    CHECK(content[1].imported == noon);
    CHECK_EQUAL(samples::bob().certificate().fingerprint(), content[1].fingerprint);
    CHECK(again.snapshot()->in(Store::phone_sast).empty());
    struct ::stat found{};
    CHECK_EQUAL(0, ::stat((scratch / "made/callmanager.pem").c_str(), &found));
    CHECK_EQUAL(0640u, found.st_mode & 07777);
}

TEST(CertificateStores, TheSameCertificateIsTakenOncePerCluster) {
    CertificateStores stores(scratch.path());
    CHECK_EQUAL(2U, stores.import(Store::tvs, "hq-east", as_bytes(both() + both()), noon)->added.size());
    const auto again = stores.import(Store::tvs, "HQ-East", as_bytes(both()), noon);
    CHECK_EQUAL(0U, again->added.size());
    CHECK_EQUAL(2U, again->already_there);
    CHECK_EQUAL(2U, stores.import(Store::tvs, "hq-west", as_bytes(both()), noon)->added.size());
    CHECK_EQUAL(4U, stores.snapshot()->in(Store::tvs).size());
}

TEST(CertificateStores, ASnapshotNeverChanges) {
    CertificateStores stores(scratch.path());
    const auto before = stores.snapshot();
    CHECK(ok(stores.import(Store::callmanager, "", as_bytes(both()), noon)));
    CHECK(before->in(Store::callmanager).empty());
    CHECK_EQUAL(2U, stores.snapshot()->in(Store::callmanager).size());
}

TEST(CertificateStores, AClustersAreItsOwnAndThoseForAll) {
    CertificateStores stores(scratch.path());
    CHECK(ok(stores.import(Store::callmanager, "hq-east", samples::alice().certificate().der, noon)));
    CHECK(ok(stores.import(Store::callmanager, "", samples::bob().certificate().der, noon)));
    const auto all = stores.snapshot();
    CHECK_EQUAL(2U, all->of_cluster(Store::callmanager, "HQ-EAST").size());
    CHECK_EQUAL(1U, all->of_cluster(Store::callmanager, "hq-west").size());
    CHECK_EQUAL(std::string("bob"), all->of_cluster(Store::callmanager, "hq-west")[0]->certificate.common_name);
}

TEST(CertificateStores, ABundleWithOneBadCertificateChangesNothing) {
    CertificateStores stores(scratch.path());
    auto text = both();
    text.insert(text.rfind("-----END") - 20, "!!");
    const auto refused = stores.import(Store::callmanager, "hq", as_bytes(text), noon);
    CHECK(!ok(refused));
    STRCMP_CONTAINS("certificate 2", refused.error().text.c_str());
    CHECK(stores.snapshot()->in(Store::callmanager).empty());
    CHECK(!std::filesystem::exists(scratch / "callmanager.pem"));
}

TEST(CertificateStores, OneIsDeletedByTheBeginningOfItsFingerprint) {
    CertificateStores stores(scratch.path());
    CHECK(ok(stores.import(Store::callmanager, "hq", as_bytes(both()), noon)));
    CHECK(ok(stores.import(Store::capf, "hq", as_bytes(both()), noon)));
    const auto digits = fingerprint_of_alice();
    CHECK(!ok(stores.remove({.fingerprint = digits.substr(0, 7)})));
    CHECK(!ok(stores.remove({.fingerprint = "not digits"})));
    CHECK_EQUAL(0U, removed(stores, {.fingerprint = digits.substr(0, 8), .cluster = "elsewhere"}));
    CHECK_EQUAL(1U, removed(stores, {.store = Store::capf, .fingerprint = digits.substr(0, 8)}));
    CHECK_EQUAL(2U, stores.snapshot()->in(Store::callmanager).size());
    std::string as_openssl_prints_it;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        as_openssl_prints_it += (i == 0 ? "" : ":") + std::string{static_cast<char>(std::toupper(digits[i])),
                                                                  static_cast<char>(std::toupper(digits[i + 1]))};
    }
    CHECK_EQUAL(1U, removed(stores, {.fingerprint = as_openssl_prints_it}));
    CHECK_EQUAL(0U, removed(stores, {.fingerprint = digits}));
    CHECK_EQUAL(1U, CertificateStores(scratch.path()).snapshot()->in(Store::callmanager).size());
}

TEST(CertificateStores, ADamagedStoreIsNeverOverwritten) {
    write("tvs.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    CertificateStores stores(scratch.path());
    STRCMP_CONTAINS("tvs.pem", stores.snapshot()->faults[static_cast<std::size_t>(Store::tvs)].c_str());
    const auto refused = stores.import(Store::tvs, "", as_bytes(both()), noon);
    CHECK(!ok(refused));
    STRCMP_CONTAINS("nothing in it is lost", refused.error().text.c_str());
    CHECK(ok(stores.import(Store::capf, "", as_bytes(both()), noon)));  // the others are sound
    CHECK_EQUAL(33U, std::filesystem::file_size(scratch / "tvs.pem"));
}

TEST(CertificateStores, AFileMadeByHandIsAStore) {
    write("phone-sast.pem", "subject=alice\n" + both());
    const CertificateStores stores(scratch.path());
    CHECK_EQUAL(2U, stores.snapshot()->in(Store::phone_sast).size());
    CHECK_EQUAL(std::string(), stores.snapshot()->in(Store::phone_sast)[0].cluster);
    CHECK(!stores.snapshot()->in(Store::phone_sast)[0].imported.has_value());
}

TEST(CertificateStores, ADiskThatTakesNothingLeavesTheStoreAsItWas) {
    write("file", "");
    CertificateStores stores(scratch / "file");  // no directory can be made there
    CHECK(!ok(stores.import(Store::callmanager, "", as_bytes(both()), noon)));
    CHECK(stores.snapshot()->in(Store::callmanager).empty());
}

TEST(CertificateStores, ABundleIsTakenWholeOrNotAtAll) {
    CertificateStores stores(scratch / "stores");
    CertificateStores::Bundle bundle;
    bundle[static_cast<std::size_t>(Store::callmanager)] = {samples::alice().certificate()};
    bundle[static_cast<std::size_t>(Store::capf)] = {samples::alice().certificate(), samples::bob().certificate()};
    CHECK(ok(stores.could_take(bundle, "east")));
    CHECK(stores.snapshot()->in(Store::capf).empty());
    // A directory where the second store's file should be.
    std::filesystem::create_directories(scratch / "stores/capf.pem/x");
    CHECK(!ok(stores.take(bundle, "east", noon)));
    CHECK(stores.snapshot()->in(Store::callmanager).empty());
    CHECK(CertificateStores(scratch / "stores").snapshot()->in(Store::callmanager).empty());
    std::filesystem::remove_all(scratch / "stores/capf.pem");
    const auto taken = stores.take(bundle, "east", noon);
    CHECK(ok(taken));
    UNSIGNED_LONGS_EQUAL(1, (*taken)[static_cast<std::size_t>(Store::callmanager)].added.size());
    UNSIGNED_LONGS_EQUAL(2, stores.snapshot()->of_cluster(Store::capf, "east").size());
    const auto again = stores.take(bundle, "EAST", noon);
    UNSIGNED_LONGS_EQUAL(2, (*again)[static_cast<std::size_t>(Store::capf)].already_there);
    UNSIGNED_LONGS_EQUAL(2, stores.snapshot()->in(Store::capf).size());
}

TEST(CertificateStores, ABundleThatHasNoRoomIsToldBeforehand) {
    CertificateStores stores(scratch / "stores");
    CertificateStores::Bundle bundle;
    bundle[0].push_back(samples::alice().certificate());
    for (std::size_t at = 0; at < CertificateStores::max_in_store; ++at) {
        CHECK(ok(stores.take(bundle, "cluster-" + std::to_string(at), noon)));
    }
    CHECK(!ok(stores.could_take(bundle, "one-more")));
    CHECK(ok(stores.could_take(bundle, "cluster-1")));
}
