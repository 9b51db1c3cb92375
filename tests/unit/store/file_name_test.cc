#include "tftpd/store/file_name.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;

namespace {

bool accepted(std::string_view wire) {
    return static_cast<bool>(FileName::parse(wire));
}

FileName::Kind kind(std::string_view wire) {
    return FileName::parse(wire)->kind();
}

}  // namespace

TEST_GROUP(FileName){};

TEST(FileName, NamesThatPhonesAskForAreAccepted) {
    for (const char* name : {"SEP001122334455.cnf.xml.sgn", "/mk-sip.jar", "//g3-tones.xml", "United_States/g3-tones.xml",
                             "Desktops/320x212x16/List.xml", "SK1b2c-33.xml.sgn", "term88xx.12-8-1-0001-455.loads",
                             "Ring & Roll (2).raw", "Analog+1.raw", "CTLSEP001122334455.tlv", "jabber-config.xml"}) {
        CHECK_TEXT(accepted(name), name);
    }
}

TEST(FileName, LeadingSlashesAreDropped) {
    CHECK_EQUAL(std::string("a/B"), FileName::parse("/a/B")->text());
    CHECK_EQUAL(std::string("a/B"), FileName::parse("//a/B")->text());
}

TEST(FileName, KeyIsLowerCaseAndTextIsAsAsked) {
    const auto name = *FileName::parse("SEP00AABB.Cnf.XML");
    CHECK_EQUAL(std::string("SEP00AABB.Cnf.XML"), name.text());
    CHECK_EQUAL(std::string("sep00aabb.cnf.xml"), name.key());
}

TEST(FileName, TraversalIsRefusedInEveryPlaceAndSpelling) {
    const std::vector<std::string> ups{"..",    "../",   "../..", "..\\", "%2e%2e",     "%2e%2e%2f",
                                       "..%2f", "..%5c", ".%00.", "..;",  "..\xc0\xaf", "\xe0\x80\xae."};
    const std::vector<std::string> places{"", "a/", "/", "//", "a/b/", "/a/./"};
    const std::vector<std::string> targets{"", "/etc/passwd", "/SEP001122334455.cnf.xml"};
    for (const auto& place : places) {
        for (const auto& up : ups) {
            for (const auto& target : targets) {
                CHECK_TEXT(!accepted(place + up + target), (place + up + target).c_str());
            }
        }
    }
}

TEST(FileName, DotAndEmptyComponentsAreRefused) {
    for (const char* name : {".", "./a", "a/.", "a/./b", "a//b", "a/", "..", "a/..", "a/../b", "", "/", "///"}) {
        CHECK_TEXT(!accepted(name), name);
    }
    CHECK(accepted("..."));
    CHECK(accepted(".a"));
    CHECK(accepted("a..b"));
}

TEST(FileName, EveryByteOutsideTheWhitelistIsRefused) {
    for (int byte = 0; byte < 256; ++byte) {
        const auto c = static_cast<char>(byte);
        const bool good =
            std::isalnum(byte) != 0 || (byte != 0 && std::string("/._- +,@=~()[]{}!#$&'").find(c) != std::string::npos);
        const std::string name{'a', c, 'b'};
        CHECK_EQUAL_TEXT(good && byte < 128, accepted(name), std::to_string(byte).c_str());
    }
    CHECK(!accepted(std::string_view("a\0b", 3)));
    CHECK(!accepted(std::string_view("ringlist.xml\0", 13)));
}

TEST(FileName, LengthIsLimitedTo255BytesWithTheSlash) {
    CHECK(accepted(std::string(255, 'a')));
    CHECK(!accepted(std::string(256, 'a')));
    CHECK(accepted("/" + std::string(254, 'a')));
    CHECK(!accepted("/" + std::string(255, 'a')));
}

TEST(FileName, FailureDoesNotRepeatTheName) {
    CHECK(FileName::parse("sec\\ret").error().text.find("ret") == std::string::npos);
}

TEST(FileName, DeviceConfigurationsAreKnown) {
    for (const char* name : {"SEP001122334455.cnf.xml", "sep001122334455.CNF.XML.SGN", "SEP001122334455.cnf.xml.enc.sgn",
                             "ATA001122334455.cnf.xml", "XMLDefault.cnf.xml", "SIPDefault.cnf", "gw1.example.cnf.xml",
                             "SEP001122334455.xml", "sub/SEP001122334455.cnf.xml"}) {
        CHECK_TEXT(kind(name) == FileName::Kind::device_config, name);
    }
}

TEST(FileName, TrustListsAreKnown) {
    for (const char* name :
         {"CTLSEP001122334455.tlv", "ITLSEP001122334455.tlv", "ITLFile.tlv", "CTLFile.tlv", "ext_ITLSEP001122334455.tlv"}) {
        CHECK_TEXT(kind(name) == FileName::Kind::trust_list, name);
    }
}

TEST(FileName, EverythingElseIsCommon) {
    for (const char* name :
         {"ringlist.xml", "ringlist.xml.sgn", "SEP00112233445.xml", "SEP00112233445G.xml", "sip88xx.loads", "cnf.xml"}) {
        CHECK_TEXT(kind(name) == FileName::Kind::common, name);
    }
}

TEST(FileName, NamesWithAMacAreOneDevices) {
    for (const char* name : {"SEP001122334455.cnf.xml", "ata001122334455.cnf.xml", "CTLSEP001122334455.tlv",
                             "ITLSEP001122334455.tlv", "ext_ITLSEP001122334455.tlv", "sub/SEP001122334455.cnf.xml"}) {
        CHECK_TEXT(FileName::parse(name)->names_device(), name);
    }
    for (const char* name : {"XMLDefault.cnf.xml", "ITLFile.tlv", "ringlist.xml", "SEPDefault.cnf", "SEP00112233445.cnf.xml",
                             "SEP001122334455/ringlist.xml"}) {
        CHECK_TEXT(!FileName::parse(name)->names_device(), name);
    }
}
