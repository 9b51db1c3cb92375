#include "story.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using Kind = Verdict::Kind;
using Outcome = Story::Outcome;

TEST_GROUP(VerdictTrust) {
    Story story;

    void is(Kind kind, std::initializer_list<std::string_view> words = {}) {
        const auto verdict = story.verdict();
        CHECK_EQUAL(std::string(name_of(kind)), std::string(name_of(verdict.kind)));
        for (const auto word : words) {
            CHECK_TEXT(verdict.sentence().find(word) != std::string::npos,
                       (std::string(word) + " in: " + verdict.sentence()).c_str());
        }
    }
    /// At home in hq-east, whose key is 1, then a boot with what hq-west, whose key is 2, has for it.
    Story& moved() {
        story.leased().got_list(1, {1}).got_signed(1).file("ringlist.xml", Outcome::sent).wait(3600);
        return story.leased().got_list(2, {2}, "cluster:hq-west").got_signed(2, "cluster:hq-west");
    }
};

TEST(VerdictTrust, AllFromOneSignerIsWell) {
    story.leased().got_list(1, {1, 7}).got_signed(1).wait(60);
    is(Kind::well);
}

TEST(VerdictTrust, AListByASignerWhomTheOldOneDoesNotName) {
    moved().wait(18);
    is(Kind::booting);
    story.wait(1);
    is(Kind::wrong_signer, {"ITLSEP001122334455.tlv (from cluster:hq-west) is signed by CN=key-2", "(from cluster:hq-east)",
                            "erase the trust list"});
}

TEST(VerdictTrust, ItStandsOverFurtherBootsUntilThePhoneGoesOn) {
    moved().wait(600);
    story.leased().got_list(2, {2}, "cluster:hq-west").got_signed(2, "cluster:hq-west").wait(60);
    is(Kind::wrong_signer);
    story.wait(600).leased().got_list(2, {2}, "cluster:hq-west").got_signed(2, "cluster:hq-west");
    story.file("ringlist.xml", Outcome::not_found).wait(60);
    is(Kind::well);
    story.wait(3600).leased().got_list(2, {2}, "cluster:hq-west").got_signed(2, "cluster:hq-west").wait(60);
    is(Kind::well);
}

TEST(VerdictTrust, AListWhoseSignerTheOldOneNamesIsTaken) {
    story.leased().got_list(1, {1, 2}).got_signed(1).wait(3600);
    story.leased().got_list(2, {2}).got_signed(2).wait(60);
    is(Kind::well);
}

TEST(VerdictTrust, AConfigurationByASignerWhomTheListDoesNotName) {
    story.leased().got_list(1, {1}).got_signed(2, "cluster:hq-west").wait(60);
    is(Kind::wrong_signer, {"SEP001122334455.cnf.xml.sgn (from cluster:hq-west) is signed by CN=key-2"});
    story.file("ringlist.xml", Outcome::sent);
    is(Kind::well);
}

TEST(VerdictTrust, UnsignedWhereSignedIsNeeded) {
    story.leased().got_list(1, {1}).file("SEP001122334455.cnf.xml.sgn", Outcome::not_found, "none", "hq-east: not found");
    story.trust.form = FileTrust::Form::plain;
    story.configured().wait(60);
    is(Kind::unsigned_configuration,
       {"SEP001122334455.cnf.xml (from cluster:hq-east) has no signature", "ITLSEP001122334455.tlv"});
    story.file("ringlist.xml", Outcome::sent);
    is(Kind::well);
}

TEST(VerdictTrust, PlainUnderTheNameOfASignedFile) {
    story.leased().got_list(1, {1});
    story.trust.form = FileTrust::Form::plain;
    story.file("SEP001122334455.cnf.xml.sgn", Outcome::sent).wait(60);
    is(Kind::unsigned_configuration);
}

TEST(VerdictTrust, APhoneWithoutATrustListTakesWhatIsUnsigned) {
    story.trust.form = FileTrust::Form::plain;
    story.leased().file("ITLSEP001122334455.tlv", Outcome::sent).configured().wait(60);
    is(Kind::well);
    story.trust = {};
    story.wait(600).leased().got_list(1, {1});
    story.trust.form = FileTrust::Form::plain;
    story.configured().wait(60);  // it has a list, and did not even ask for a signed one
    is(Kind::well);
}
