#include "tftpd/resolve/content_check.h"

#include "tests/unit/store/support.h"
#include "tests/unit/trust/samples.h"

#include <string>
#include <string_view>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::string_view_literals;
using branchline::test::name_of;
using trust::samples::alice;
using trust::samples::bob;

namespace {

std::string said(const std::string& name, std::string_view content) {
    return objection_to(name_of(name), as_bytes(content)).value_or("good");
}

std::string said(const std::string& name, const Bytes& content) {
    return objection_to(name_of(name), content).value_or("good");
}

Bytes first(const Bytes& file, std::ptrdiff_t bytes) {
    return {file.begin(), file.begin() + bytes};
}

Bytes cut(Bytes file) {
    file.pop_back();
    return file;
}

}  // namespace

TEST_GROUP(ContentCheck){};

TEST(ContentCheck, AnHtmlPageIsNoFileOfAPhone) {
    for (const auto* name :
         {"SEP001122334455.cnf.xml", "ITLSEP001122334455.tlv", "ringlist.xml", "sip88xx.loads", "a.xml.sgn"}) {
        STRCMP_EQUAL("an HTML page, not the file", said(name, "<!DOCTYPE html><html>Sign in</html>"sv).c_str());
        STRCMP_EQUAL("an HTML page, not the file", said(name, "\xEF\xBB\xBF \r\n<HTML lang=en></HTML>"sv).c_str());
    }
}

TEST(ContentCheck, APageThatWasAskedForIsPassedOn) {
    STRCMP_EQUAL("good", said("help/index.html", "<html></html>"sv).c_str());
    STRCMP_EQUAL("good", said("help/INDEX.HTM", "<html></html>"sv).c_str());
}

TEST(ContentCheck, ADeviceFileOrTrustListIsNotEmpty) {
    STRCMP_EQUAL("an empty file", said("SEP001122334455.cnf.xml", ""sv).c_str());
    STRCMP_EQUAL("an empty file", said("SEP001122334455.cnf.xml", " \r\n\0"sv).c_str());
    STRCMP_EQUAL("an empty file", said("CTLFile.tlv", ""sv).c_str());
    STRCMP_EQUAL("good", said("ringlist.xml", ""sv).c_str());
}

TEST(ContentCheck, XmlOfADeviceEndsWithItsLastElement) {
    STRCMP_EQUAL("good", said("SEP001122334455.cnf.xml", "<device><a/></device>"sv).c_str());
    STRCMP_EQUAL("good", said("SEP001122334455.cnf.xml", "\xEF\xBB\xBF\n<device/>\r\n\0\0"sv).c_str());
    STRCMP_EQUAL("XML that ends in the middle", said("SEP001122334455.cnf.xml", "<device><a/></devic"sv).c_str());
    STRCMP_EQUAL("XML that ends in the middle", said("SEP001122334455.cnf.xml", "<"sv).c_str());
}

TEST(ContentCheck, WhatIsNotXmlOrEncryptedIsTheDevicesBusiness) {
    STRCMP_EQUAL("good", said("SEP001122334455.cnf.xml", "text"sv).c_str());
    STRCMP_EQUAL("good", said("SEP001122334455.cnf.xml.enc", "<\x80\x81"sv).c_str());
    STRCMP_EQUAL("good", said("SEP001122334455.cnf", "<cut"sv).c_str());
    STRCMP_EQUAL("good", said("dialrules.xml", "<cut"sv).c_str());
}

TEST(ContentCheck, ATrustListIsWhole) {
    const auto list = trust::samples::list_sample(alice(), bob());
    STRCMP_EQUAL("good", said("ITLFile.tlv", list).c_str());
    STRCMP_EQUAL("a trust list that ends in a record", said("ITLFile.tlv", cut(list)).c_str());
    STRCMP_EQUAL("a signed file that ends in its header", said("ITLSEP001122334455.tlv", first(list, 100)).c_str());
    STRCMP_EQUAL("good", said("ITLFile.tlv", "of a kind not known here"sv).c_str());
}

TEST(ContentCheck, HowAListIsArrangedIsItsMakersBusiness) {
    auto list = trust::samples::list_sample(alice(), bob());
    list[10] ^= 0xFF;  // the tag behind VERSION and HEADERLENGTH
    STRCMP_EQUAL("good", said("ITLFile.tlv", list).c_str());
}

TEST(ContentCheck, ASignedDeviceFilesHeaderIsWhole) {
    const auto file = trust::samples::signed_sample(alice());
    STRCMP_EQUAL("good", said("SEP001122334455.cnf.xml.sgn", file).c_str());
    STRCMP_EQUAL("a signed file that ends in its header", said("SEP001122334455.cnf.xml.sgn", first(file, 100)).c_str());
    STRCMP_EQUAL("good", said("DSP69xx.0-0-1-9.zz.sgn", first(file, 100)).c_str());
}
