#include "tftpd/trust/provenance.h"

#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;

namespace {

constexpr auto phone_file = "SEP001122334455.cnf.xml.sgn";

StoredCertificate stored(const Signer& signer) {
    return {.certificate = signer.certificate(), .fingerprint = signer.certificate().fingerprint(), .cluster = "hq"};
}

// The kind of doubt, or "none".
std::string doubt(ByteView file, std::string_view name, bool with_certificate = true) {
    const auto alice = stored(samples::alice());
    const auto grown_up = stored(samples::grown_up());
    const auto found =
        doubt_of(file, name, with_certificate ? std::vector{&grown_up, &alice} : std::vector<const StoredCertificate*>());
    return found ? std::string(found->phrase()) : "none";
}

}  // namespace

TEST_GROUP(Provenance){};

TEST(Provenance, WhatOneOfTheSignersSignedUnderThatNameIsBelieved) {
    CHECK_EQUAL(std::string("none"), doubt(samples::signed_sample(samples::alice()), phone_file));
    CHECK_EQUAL(std::string("none"),
                doubt(samples::signed_sample(samples::alice(), Digest::sha512), "sep001122334455.CNF.xml.sgn"));
    CHECK_EQUAL(std::string("none"), doubt(samples::signed_sample(samples::grown_up()), phone_file));
}

TEST(Provenance, EveryOtherFileHasItsDoubt) {
    CHECK_EQUAL(std::string("not signed"), doubt(as_bytes("<device/>"), phone_file));
    CHECK_EQUAL(std::string("signed by somebody else"), doubt(samples::signed_sample(samples::bob()), phone_file));
    CHECK_EQUAL(std::string("signed as another file"),
                doubt(samples::signed_sample(samples::alice()), "SEP001122334456.cnf.xml.sgn"));
    CHECK_EQUAL(std::string("no certificate to check it by"),
                doubt(samples::signed_sample(samples::alice()), phone_file, false));
    CHECK_EQUAL(std::string("not signed"), doubt({}, phone_file));
}

TEST(Provenance, EveryFlippedByteIsNoticed) {
    auto file = samples::signed_sample(samples::alice());
    for (auto& byte : file) {
        byte ^= 4;
        CHECK(doubt(file, phone_file) != "none");
        byte ^= 4;
    }
    CHECK_EQUAL(std::string("none"), doubt(file, phone_file));
    file.push_back(0);
    CHECK_EQUAL(std::string("changed after it was signed"), doubt(file, phone_file));
}

TEST(Provenance, AListGoesByTheNameOfItsKind) {
    const auto list = samples::list_sample(samples::alice(), samples::bob());  // signed as ITLFile.tlv
    for (const char* name : {"ITLFile.tlv", "ITLSEP001122334455.tlv", "itlsep001122334455.tlv"}) {
        CHECK_EQUAL(std::string("none"), doubt(list, name));
    }
    for (const char* name : {"CTLFile.tlv", "CTLSEP001122334455.tlv", "other.tlv"}) {
        CHECK_EQUAL(std::string("signed as another file"), doubt(list, name));
    }
    const auto no_list =
        *sign_file(samples::alice(), {.file_name = "ITLFile.tlv", .time = samples::noon}, as_bytes("<device/>"));
    CHECK_EQUAL(std::string("not signed"), doubt(no_list, "ITLFile.tlv"));
}

TEST(Provenance, WhatIsSaidOfAForeignSignerIsFitForALog) {
    const auto alice = stored(samples::alice());
    const auto found = doubt_of(samples::signed_sample(samples::bob()), phone_file, {&alice});
    CHECK(found.has_value());
    CHECK_EQUAL(std::string("CN=bob;O=Example"), found->signer);
    CHECK_EQUAL(std::string("it is signed by CN=bob;O=Example, whose certificate is not imported for it"), found->text);
}
