#include "tftpd/signer/signing_desk.h"

#include "tests/unit/scratch.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using trust::SignerWord;

TEST_GROUP(SigningDesk) {
    test::Scratch scratch;
    SigningDesk desk{scratch.path() / "signer", [] { return trust::WallTime{}; }};

    /// What the desk says: the word and the rest.
    std::pair<SignerWord, Bytes> ask(ByteView packet) {
        const auto answer = desk.answer(packet);
        const auto message = trust::parse_signer_message(answer);
        CHECK(message.has_value());
        return {message->word, Bytes(message->rest.begin(), message->rest.end())};
    }
};

TEST(SigningDesk, OpensOnceAndSignsWhatTheCertificateVerifies) {
    const auto [word, der] = ask(trust::open_message({1024, "branch-07"}));
    CHECK(word == SignerWord::certificate);
    const auto certificate = trust::Certificate::parse_der(der);
    CHECK(static_cast<bool>(certificate));
    STRCMP_EQUAL("CN=branch-07;OU=Phones;O=Branchline", certificate->subject.c_str());
    CHECK(ask(trust::open_message({2048, "other"})).second == der);

    const auto hash = trust::hash(trust::Digest::sha512, {as_bytes("text")});
    const auto [said, signature] = ask(trust::sign_message(trust::Digest::sha512, hash));
    CHECK(said == SignerWord::signature);
    CHECK(certificate->key.verifies(trust::Digest::sha512, hash, signature));
}

TEST(SigningDesk, NeverGivesOutTheKey) {
    (void)ask(trust::open_message({1024, "a"}));
    const auto pem = trust::read_whole_file(scratch.path() / "signer/signing.key", 65536);
    CHECK(pem && *pem);
    for (unsigned word = 0; word < 256; ++word) {
        const auto answer = desk.answer(Bytes{static_cast<std::uint8_t>(word)});
        CHECK(std::string(as_text(answer)).find("PRIVATE KEY") == std::string::npos);
        CHECK(answer[0] == static_cast<std::uint8_t>(SignerWord::failure));
    }
}

TEST(SigningDesk, SignsNothingBeforeTheKeyIsOpenAndNothingThatIsNoHash) {
    const auto hash = trust::hash(trust::Digest::sha1, {as_bytes("text")});
    CHECK(ask(trust::sign_message(trust::Digest::sha1, hash)).first == SignerWord::failure);
    (void)ask(trust::open_message({1024, "a"}));
    CHECK(ask(trust::sign_message(trust::Digest::sha1, hash)).first == SignerWord::signature);
    CHECK(ask(trust::sign_message(trust::Digest::sha1, ByteView(hash).first(19))).first == SignerWord::failure);
    CHECK(ask(trust::sign_message(trust::Digest::md5, ByteView(hash).first(16))).first == SignerWord::failure);
    CHECK(ask(trust::sign_message(trust::Digest::sha1, {})).first == SignerWord::failure);
}

TEST(SigningDesk, SaysWhyThereIsNoKey) {
    scratch.write("signer/signing.key", "no key");
    const auto [word, text] = ask(trust::open_message({1024, "a"}));
    CHECK(word == SignerWord::failure);
    STRCMP_CONTAINS("signing.key", std::string(as_text(text)).c_str());
    CHECK(ask(trust::open_message({3072, "a"})).first == SignerWord::failure);
}
