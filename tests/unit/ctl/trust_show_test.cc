#include "tftpd/ctl/trust_show.h"

#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
namespace samples = branchline::trust::samples;

namespace {

std::string shown(ByteView file) {
    const auto element = trust_file_element(file);
    return element ? trust_file_text(*element) : element.error().text;
}

}  // namespace

TEST_GROUP(TrustShow){};

TEST(TrustShow, AListSaysWhoSignedItAndWhatItHolds) {
    const auto text = shown(samples::list_sample(samples::alice(), samples::bob()));
    STRCMP_CONTAINS("ITLFile.tlv: trust list", text.c_str());
    STRCMP_CONTAINS("valid: made by the key of record 1", text.c_str());
    STRCMP_CONTAINS("signer version 1.1", text.c_str());
    STRCMP_CONTAINS("1  SAST  192.0.2.10  <- the signer", text.c_str());
    STRCMP_CONTAINS("3  TVS  tvs.example.com  192.0.2.10\n", text.c_str());
    STRCMP_CONTAINS("key           RSA 1024", text.c_str());
}

TEST(TrustShow, AChangedListIsInvalid) {
    auto file = samples::list_sample(samples::alice(), samples::bob());
    file.back() ^= 1;
    const auto element = trust_file_element(file);
    CHECK_EQUAL(std::string("INVALID"), (*element)->get("signature")->stringValue());
    STRCMP_CONTAINS("it was changed", trust_file_text(*element).c_str());
}

TEST(TrustShow, ASignedFilesSignatureCannotBeChecked) {
    const auto text = shown(samples::signed_sample(samples::alice()));
    STRCMP_CONTAINS("SEP001122334455.cnf.xml.sgn: signed file", text.c_str());
    STRCMP_CONTAINS("not checked", text.c_str());
}

TEST(TrustShow, ControlCharactersDoNotReachTheTerminal) {
    const auto text = shown(samples::signed_sample(samples::alice(), trust::Digest::sha1, "\x1b[2J.sgn"));
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST(TrustShow, AnythingElseIsRefusedWithTheReason) {
    STRCMP_CONTAINS("not a signed file", shown(as_bytes("<device/>")).c_str());
}
