#include "tftpd/trust/store_text.h"

#include "tests/unit/trust/samples.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::noon;
using samples::ok;

TEST_GROUP(StoreText){static StoredCertificate entry(const Certificate& certificate, const std::string& cluster){
    return {.certificate = certificate, .fingerprint = certificate.fingerprint(), .cluster = cluster, .imported = noon};
}
}
;

TEST(StoreText, WhatIsWrittenIsReadAlike) {
    const std::vector<StoredCertificate> content{entry(samples::alice().certificate(), "hq-east"),
                                                 entry(samples::bob().certificate(), "")};
    const auto read = parse_store_text(store_text(Store::callmanager, content));
    CHECK(ok(read));
    CHECK_EQUAL(2U, read->size());
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK((*read)[i].certificate.der == content[i].certificate.der);
        CHECK_EQUAL(content[i].fingerprint, (*read)[i].fingerprint);
        CHECK_EQUAL(content[i].cluster, (*read)[i].cluster);
        CHECK((*read)[i].imported == noon);
    }
}

TEST(StoreText, ALineBelongsToTheNextCertificateAlone) {
    const auto pem = samples::alice().certificate().pem();
    const auto read =
        parse_store_text("# cluster: one\r\n# imported: 2026-99-99 00:00:00\n" + pem + pem + "# cluster: three\n");
    CHECK_EQUAL(std::string("one"), (*read)[0].cluster);
    CHECK(!(*read)[0].imported.has_value());
    CHECK_EQUAL(std::string(), (*read)[1].cluster);
}

TEST(StoreText, TheLimitIsTheLastGoodNumber) {
    const auto pem = samples::alice().certificate().pem();
    std::string text;
    for (std::size_t i = 0; i < CertificateStores::max_in_store; ++i) {
        text += pem;
    }
    CHECK_EQUAL(CertificateStores::max_in_store, parse_store_text(text)->size());
    CHECK(!ok(parse_store_text(text + pem)));
}

TEST(StoreText, ACutFileIsRefused) {
    const auto pem = samples::alice().certificate().pem();
    CHECK(!ok(parse_store_text(pem + pem.substr(0, pem.size() / 2))));
}
