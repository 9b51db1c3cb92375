#include "tftpd/trust/pem.h"

#include "tests/unit/trust/samples.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::ok;

TEST_GROUP(Pem){};

TEST(Pem, WhatIsWrittenIsReadAlike) {
    const Bytes der{0x30, 0x03, 0x02, 0x01, 0x05};
    const auto text = pem_of(der, rsa_key_lines);
    CHECK_EQUAL(std::string("-----BEGIN RSA PRIVATE KEY-----\nMAMCAQU=\n-----END RSA PRIVATE KEY-----\n"), text);
    const auto read = der_of_pem("before\n" + text + "after\n", rsa_key_lines);
    CHECK(ok(read));
    CHECK(*read == der);
}

TEST(Pem, TheLastLineNeedsNoEnd) {
    CHECK(ok(der_of_pem("-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----", certificate_lines)));
}

TEST(Pem, OtherLinesAndOtherLettersAreRefused) {
    const auto text = pem_of(Bytes{0x30, 0x00}, certificate_lines);
    CHECK(!ok(der_of_pem(text, rsa_key_lines)));
    CHECK(!ok(der_of_pem("-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n", certificate_lines)));
    CHECK(!ok(der_of_pem("", certificate_lines)));
}
