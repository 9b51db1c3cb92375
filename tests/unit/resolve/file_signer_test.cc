// The signing thread with a real key, which is made once for all tests.
#include "tftpd/resolve/file_signer.h"

#include "tftpd/base/counters.h"
#include "tftpd/trust/key_files.h"
#include "tftpd/trust/signed_file.h"

#include "tests/unit/store/support.h"

#include <atomic>
#include <future>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using branchline::test::text_of;

namespace {

ContentPtr content(std::string_view text) {
    return std::make_shared<MemoryContent>(Bytes(text.begin(), text.end()));
}

Bytes bytes_of(const ContentPtr& content) {
    const auto text = text_of(*content);
    return Bytes(text.begin(), text.end());
}

}  // namespace

TEST_GROUP(FileSigner) {
    test::Scratch scratch;
    TrustSettings settings{.path = scratch.path() / "trust", .https = {}, .key_bits = 1024};
    FileName ringlist = *FileName::parse("ringlist.xml.sgn");

    static Result<ContentPtr> sign(FileSigner & signer, const FileName& asked, const ContentPtr& plain,
                                   trust::Digest digest = trust::Digest::sha1) {
        std::promise<Result<ContentPtr>> made;
        signer.sign(asked, plain, digest, [&](const Result<ContentPtr>& file) { made.set_value(file); });
        return made.get_future().get();
    }
    static Result<ContentPtr> strip(FileSigner & signer, const ContentPtr& given) {
        std::promise<Result<ContentPtr>> made;
        signer.strip(*FileName::parse("ringlist.xml"), given, [&](const Result<ContentPtr>& file) { made.set_value(file); });
        return made.get_future().get();
    }
};

TEST(FileSigner, SignsWhatItIsGivenUnderTheNameThatWasAsked) {
    FileSigner signer(settings);
    const auto file = sign(signer, ringlist, content("<ringlist/>"), trust::Digest::sha512);
    CHECK(static_cast<bool>(file));
    const auto bytes = bytes_of(*file);
    const auto parsed = trust::SignedFile::parse(bytes);
    CHECK(static_cast<bool>(parsed));
    STRCMP_EQUAL("ringlist.xml.sgn", parsed->file_name.c_str());
    CHECK(parsed->digest == trust::Digest::sha512);
    CHECK_EQUAL(std::string("<ringlist/>"), std::string(as_text(parsed->body)));
    CHECK(parsed->is_signed_by(signer.signer()->certificate().key));
}

TEST(FileSigner, OneFileCostsOneSignatureHoweverManyAsk) {
    constexpr int askers = 10'000;
    FileSigner signer(settings);
    const auto plain = content("x");
    const auto before = counters.get(Counter::signatures);
    std::atomic<int> answered = 0;
    for (int i = 0; i < askers / 2; ++i) {
        signer.sign(ringlist, plain, trust::Digest::sha1, [&](const Result<ContentPtr>& file) { answered += file ? 1 : 0; });
    }
    (void)sign(signer, ringlist, plain);
    for (int i = 0; i < askers / 2; ++i) {
        signer.sign(ringlist, plain, trust::Digest::sha1, [&](const Result<ContentPtr>& file) { answered += file ? 1 : 0; });
    }
    CHECK_EQUAL(askers, answered.load());
    CHECK_EQUAL(1u, counters.get(Counter::signatures) - before);
}

TEST(FileSigner, AnotherFileNameOrDigestIsSignedAnew) {
    FileSigner signer(settings);
    const auto plain = content("x");
    const auto before = counters.get(Counter::signatures);
    const auto first = sign(signer, ringlist, plain);
    CHECK(bytes_of(*first) != bytes_of(*sign(signer, *FileName::parse("RINGLIST.xml.sgn"), plain)));
    CHECK(bytes_of(*first) != bytes_of(*sign(signer, ringlist, plain, trust::Digest::sha512)));
    CHECK(bytes_of(*first) != bytes_of(*sign(signer, ringlist, content("y"))));
    CHECK_EQUAL(4u, counters.get(Counter::signatures) - before);
}

TEST(FileSigner, TakesItsOwnEnvelopeOffAndNoOther) {
    FileSigner signer(settings);
    const auto file = sign(signer, ringlist, content("<ringlist/>"));
    CHECK_EQUAL(std::string("<ringlist/>"), text_of(**strip(signer, *file)));
    auto changed = bytes_of(*file);
    changed.back() ^= 1;
    CHECK(!strip(signer, std::make_shared<MemoryContent>(changed)));
    CHECK(!strip(signer, content("no envelope")));

    FileSigner stranger({.path = scratch.path() / "stranger", .https = {}, .key_bits = 1024});
    const auto foreign = strip(signer, *sign(stranger, ringlist, content("x")));
    CHECK(!foreign);
    STRCMP_CONTAINS("certificate is not here", foreign.error().text.c_str());
}

TEST(FileSigner, TakesAnEnvelopeOffThatAnImportedCertificateMade) {
    FileSigner stranger({.path = scratch.path() / "stranger", .https = {}, .key_bits = 1024});
    const auto file = *sign(stranger, ringlist, content("<ringlist/>"));
    auto stored = std::make_shared<trust::StoredCertificates>();
    FileSigner signer(settings, [&stored] { return stored; });
    CHECK(!strip(signer, file));
    const auto& certificate = stranger.signer()->certificate();
    stored = std::make_shared<trust::StoredCertificates>();
    stored->stores[static_cast<std::size_t>(trust::Store::callmanager)].push_back(
        {.certificate = certificate, .fingerprint = certificate.fingerprint(), .cluster = "hq"});
    CHECK_EQUAL(std::string("<ringlist/>"), text_of(**strip(signer, file)));
    auto changed = bytes_of(file);
    changed.back() ^= 1;
    CHECK(!strip(signer, std::make_shared<MemoryContent>(changed)));
}

TEST(FileSigner, ALargeFileIsNotSigned) {
    FileSigner signer(settings);
    CHECK(static_cast<bool>(sign(signer, ringlist, std::make_shared<MemoryContent>(Bytes(FileSigner::max_file)))));
    CHECK(!sign(signer, ringlist, std::make_shared<MemoryContent>(Bytes(FileSigner::max_file + 1))));
}

TEST(FileSigner, WithoutAKeyEverybodyIsToldWhy) {
    scratch.write("trust/signer/signing.key", "no key");
    FileSigner signer(settings);
    const auto file = sign(signer, ringlist, content("x"));
    CHECK(!file);
    STRCMP_CONTAINS("signing.key", file.error().text.c_str());
    STRCMP_CONTAINS("signing.key", signer.fault().c_str());
    CHECK(signer.signer() == nullptr);
}

TEST(FileSigner, WhoWaitsWhenItEndsIsAnswered) {
    std::atomic<int> answered = 0;
    constexpr int open = 400;  // more than may wait
    {
        FileSigner signer(settings);
        std::vector<ContentPtr> files;
        for (int i = 0; i < open; ++i) {
            signer.sign(ringlist, content(std::to_string(i)), trust::Digest::sha1,
                        [&](const Result<ContentPtr>&) { ++answered; });
        }
    }
    CHECK_EQUAL(open, answered.load());
}
