#include "tftpd/trust/certificate.h"

#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::ok;

TEST_GROUP(Certificate){};

TEST(Certificate, WhatItSaysIsTakenOut) {
    const auto& certificate = samples::alice().certificate();
    CHECK_EQUAL(std::string("alice"), certificate.common_name);
    CHECK_EQUAL(16U, certificate.serial.size());
    CHECK_EQUAL(std::string("2026-05-17 12:00:00"), time_text(certificate.not_before));
    CHECK_EQUAL(std::string("RSA 1024"), certificate.key.text());
    CHECK_EQUAL(64U, certificate.fingerprint().size());
    CHECK_EQUAL(128U, certificate.signature.size());
}

TEST(Certificate, PemAndDerAreReadAlike) {
    const auto& certificate = samples::alice().certificate();
    const auto text = "Subject: alice\n" + certificate.pem() + "\n" + samples::bob().certificate().pem();
    const auto two = Certificate::parse_file(as_bytes(text));
    CHECK_EQUAL(2U, two->size());
    CHECK((*two)[0].der == certificate.der);
    CHECK((*two)[1].der == samples::bob().certificate().der);
    CHECK_EQUAL(1U, Certificate::parse_file(certificate.der)->size());
}

TEST(Certificate, WhatIsCutOrFollowedBySomethingIsRefused) {
    auto der = samples::alice().certificate().der;
    der.push_back(0);
    CHECK(!ok(Certificate::parse_der(der)));
    CHECK(!ok(Certificate::parse_der(ByteView(der).first(der.size() - 2))));
    CHECK(!ok(Certificate::parse_der({})));
    const auto pem = samples::alice().certificate().pem();
    CHECK(!ok(Certificate::parse_file(as_bytes(pem.substr(0, pem.size() / 2)))));
    CHECK(!ok(Certificate::parse_file(as_bytes("hello"))));
}

TEST(Certificate, ForPkcs12TheWayOutIsSaid) {
    Bytes bytes{0x30, 0x82, 0x09, 0x00, 0x02, 0x01, 0x03};
    bytes.resize(64);
    STRCMP_CONTAINS("openssl pkcs12", Certificate::parse_file(bytes).error().text.c_str());
}
