#include "tftpd/ctl/own_trust_words.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using isc::data::Element;

TEST_GROUP(OwnTrustWords){};

TEST(OwnTrustWords, AListShowsWhatPhonesShowOfIt) {
    CHECK_EQUAL(std::string("ITLFile.tlv: 1312 bytes, signed by CN=box\n  MD5    aa\n  SHA-1  bb\n"
                            "ROLE  HOST  KEY       SUBJECT\n"
                            "SAST  -     RSA 2048  CN=box\n"),
                own_list_text(
                    Element::fromJSON(R"({ "file": "ITLFile.tlv", "bytes": 1312, "signer": "CN=box", "md5": "aa", "sha1": "bb",
        "records": [ { "role": "SAST", "host": "", "key": "RSA 2048", "subject": "CN=box" } ] })")));
}

TEST(OwnTrustWords, EachRemedyIsSaidOnce) {
    const auto text = trust_check_text(Element::fromJSON(R"({ "home": "hq", "itl": true, "ctl": false, "files": [
        { "file": "a.sgn", "from": "this box", "verdict": "refused", "signer": "CN=box", "reason": "r", "remedy": "do it" },
        { "file": "b.sgn", "from": "this box", "verdict": "refused", "signer": "CN=box", "reason": "r", "remedy": "do it" },
        { "file": "c.sgn", "from": "hq", "verdict": "accepted", "signer": "CN=hq", "reason": "r", "remedy": "" } ] })"));
    CHECK(text.starts_with("home cluster hq, ITL known, CTL not known\nFILE "));
    const auto first = text.find("For a.sgn: do it.\n");
    CHECK(first != std::string::npos);
    CHECK(text.find("do it", first + 15) == std::string::npos);
}

TEST(OwnTrustWords, APhoneIsToldFromACluster) {
    for (const char* phone : {"SEP001122334455", "sepaabbccddeeff", "00:11:22:33:44:55", "0011.2233.4455", "001122334455"}) {
        CHECK_TEXT(names_a_phone(phone), phone);
    }
    for (const char* cluster : {"hq-east", "SEP00112233445", "0011223344556", "", "SEP00112233445g"}) {
        CHECK_TEXT(!names_a_phone(cluster), cluster);
    }
}
