#include "tftpd/resolve/trust_reader.h"

#include "tests/unit/trust/samples.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
namespace samples = branchline::trust::samples;
using Form = FileTrust::Form;

TEST_GROUP(TrustReader){
    static FileTrust read(std::string_view name, Bytes bytes){return read_trust(name, MemoryContent(std::move(bytes)));
}
static bool accepts(const FileTrust& list, KeyId key) {
    return std::find(list.accepted.begin(), list.accepted.end(), key) != list.accepted.end();
}
}
;

TEST(TrustReader, AListNamesWhoMaySignFiles) {
    const auto list = read("ITLSEP001122334455.tlv", samples::list_sample(samples::alice(), samples::bob()));
    CHECK(list.form == Form::list);
    CHECK_EQUAL(std::string("CN=alice;OU=Lab;O=Example;L=Krakow;ST=Malopolska;C=PL"), list.signer_name);
    const auto by_alice = read("SEP001122334455.cnf.xml.sgn", samples::signed_sample(samples::alice()));
    const auto by_bob = read("SEP001122334455.cnf.xml.sgn", samples::signed_sample(samples::bob()));
    CHECK(by_alice.form == Form::signed_once);
    CHECK(by_alice.signer == list.signer);
    CHECK(accepts(list, by_alice.signer));
    CHECK_FALSE(accepts(list, by_bob.signer));  // his record is that of the verification service
}

TEST(TrustReader, WhatHasNoSignatureIsPlain) {
    CHECK(read("SEP001122334455.cnf.xml", samples::bytes("<device/>")).form == Form::plain);
    CHECK(read("/sep001122334455.CNF.xml.sgn", samples::bytes("<device/>")).form == Form::plain);
    CHECK(read("CTLSEP001122334455.tlv", samples::bytes("<device/>")).form == Form::plain);
}

TEST(TrustReader, OtherFilesAreNotLookedAt) {
    for (const char* name :
         {"ringlist.xml.sgn", "XMLDefault.cnf.xml", "sip88xx.14-2-1.loads", "", "SEP001122334455.cnf.xml/.."}) {
        CHECK(read(name, samples::signed_sample(samples::alice())).form != Form::plain);
    }
    CHECK(read("ringlist.xml.sgn", samples::signed_sample(samples::alice())) == FileTrust{});
    CHECK(read("SEP001122334455.cnf.xml", {}) == FileTrust{});
}

TEST(TrustReader, ABrokenListSaysNothing) {
    auto list = samples::list_sample(samples::alice(), samples::bob());
    list.resize(list.size() - 1);
    CHECK(read("ITLFile.tlv", list).accepted.empty());
    CHECK(read("ITLFile.tlv", list).form == Form::not_looked_at);
    list.resize(200);
    CHECK(read("ITLFile.tlv", list).form == Form::not_looked_at);
}
