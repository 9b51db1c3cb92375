#include "tftpd/resolve/signed_names.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

std::string plain(const char* asked) {
    const auto name = plain_name(*FileName::parse(asked));
    return name ? name->text() : "";
}

std::string enveloped(const char* asked) {
    const auto name = signed_name(*FileName::parse(asked));
    return name ? name->text() : "";
}

}  // namespace

TEST_GROUP(SignedNames){};

TEST(SignedNames, AreTheFilesNameAndSgn) {
    STRCMP_EQUAL("Poland/g3-tones.xml", plain("Poland/g3-tones.xml.sgn").c_str());
    STRCMP_EQUAL("RINGLIST.XML", plain("/RINGLIST.XML.SGN").c_str());
    STRCMP_EQUAL("", plain("ringlist.xml").c_str());
    STRCMP_EQUAL("ringlist.xml.sgn", enveloped("ringlist.xml").c_str());
}

TEST(SignedNames, FirmwareTrustListsAndEncryptedFilesStayAsTheyAre) {
    for (const auto* name :
         {"sip88xx.12-8-1.loads", "kern88xx.sbn", "term65.default.sbin", "CTLFile.tlv", "ITLSEP001122334455.tlv",
          "SEP001122334455.cnf.xml.enc", "P0S3-8-12-00.sb2", "cmterm.cop", "x.BIN", "x.sgn", "x.zz"}) {
        STRCMP_EQUAL("", plain((std::string(name) + ".sgn").c_str()).c_str());
        STRCMP_EQUAL("", enveloped(name).c_str());
    }
}

TEST(SignedNames, ANameAtTheLimitHasNoLongerForm) {
    STRCMP_EQUAL("", enveloped(std::string(255, 'x').c_str()).c_str());
    CHECK(!enveloped(std::string(251, 'x').c_str()).empty());
    STRCMP_EQUAL("", plain(".sgn").c_str());
}
