// What a secure cluster may give, by the gate alone and through the search that asks it.
#include "tftpd/resolve/secure_gate.h"

#include "tests/unit/resolve/fake_clusters.h"
#include "tests/unit/trust/samples.h"
#include "tftpd/base/counters.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using branchline::test::FakeClusters;
using branchline::test::name_of;
using branchline::test::said;
using branchline::test::text;
using trust::samples::alice;
using trust::samples::bob;

namespace {

constexpr auto phone_file = "SEP001122334455.cnf.xml.sgn";
constexpr auto plain_file = "SEP001122334455.cnf.xml";

trust::StoredCertificatesPtr certificates_of(const trust::Signer& signer, const std::string& cluster,
                                             trust::Store store = trust::Store::callmanager) {
    auto stored = std::make_shared<trust::StoredCertificates>();
    stored->stores[static_cast<std::size_t>(store)].push_back(
        {.certificate = signer.certificate(), .fingerprint = signer.certificate().fingerprint(), .cluster = cluster});
    return stored;
}

std::string signed_by(const trust::Signer& signer, const std::string& name = phone_file,
                      const std::string& body = "<device/>") {
    return std::string(as_text(trust::samples::signed_sample(signer, trust::Digest::sha1, name, body)));
}

std::string changed(std::string file) {
    file.back() = static_cast<char>(file.back() ^ 1);
    return file;
}

ContentPtr content_of(const std::string& file) {
    return std::make_shared<MemoryContent>(Bytes(file.begin(), file.end()));
}

std::string told(const std::shared_ptr<std::vector<Answer>>& answers) {
    return answers->size() == 1 ? answers->front().to_phone : "no one answer";
}

}  // namespace

TEST_GROUP(SecureGate) {
    trust::StoredCertificatesPtr certificates = certificates_of(alice(), "hq");
    SecureGate gate{[this] { return certificates; }};
    Cluster hq;

    void setup() override {
        hq.id = "hq";
        hq.secure = true;
        counters.reset();
    }
    std::string refusal(const std::string& name, const std::string& file) {
        const auto refused = gate.refusal(hq, name_of(name), content_of(file));
        return refused ? refused->to_phone : "";
    }
};

TEST(SecureGate, OnlyWhatTheClusterSignedPasses) {
    CHECK_EQUAL(text(""), refusal(phone_file, signed_by(alice())));
    CHECK_EQUAL(text("Cluster hq is secure: signed by somebody else"), refusal(phone_file, signed_by(bob())));
    CHECK_EQUAL(text("Cluster hq is secure: changed after it was signed"), refusal(phone_file, changed(signed_by(alice()))));
    CHECK_EQUAL(text("Cluster hq is secure: not signed"), refusal(phone_file, "<device/>"));
    CHECK_EQUAL(text("Cluster hq is secure: not signed"), refusal(plain_file, signed_by(alice())));
    CHECK_EQUAL(4U, counters.get(Counter::secure_refused));
}

TEST(SecureGate, FirmwareGoesByItsMakersSignature) {
    for (const char* name : {"sip88xx.14-2-1-0001-14.loads", "kern88xx.sbn", "P00308010200.bin"}) {
        CHECK_EQUAL(text(""), refusal(name, "firmware"));
        CHECK(!gate.refusal(hq, name_of(name)));
    }
    CHECK(gate.refusal(hq, name_of("ringlist.xml")).has_value());
    CHECK(!gate.refusal(hq, name_of("ringlist.xml.sgn")));
}

TEST(SecureGate, EncryptedConfigurationsAreSignedFilesToo) {
    const auto name = text("SEP001122334455.cnf.xml.enc.sgn");
    CHECK_EQUAL(text(""), refusal(name, signed_by(alice(), name)));
    CHECK_EQUAL(text("Cluster hq is secure: signed by somebody else"), refusal(name, signed_by(bob(), name)));
}

TEST(SecureGate, CertificatesOfOtherClustersAndStoresDoNotCount) {
    certificates = certificates_of(alice(), "north");
    CHECK_EQUAL(text("Cluster hq is secure: no certificate to check it by"), refusal(phone_file, signed_by(alice())));
    certificates = certificates_of(alice(), "hq", trust::Store::phone_sast);
    CHECK_EQUAL(text("Cluster hq is secure: no certificate to check it by"), refusal(phone_file, signed_by(alice())));
    certificates = nullptr;
    CHECK_EQUAL(text("Cluster hq is secure: no certificate to check it by"), refusal(phone_file, signed_by(alice())));
    certificates = certificates_of(alice(), "");
    CHECK_EQUAL(text(""), refusal(phone_file, signed_by(alice())));
}

TEST(SecureGate, AGenuineContentIsRememberedWhileTheCertificatesStay) {
    const auto content = content_of(signed_by(alice()));
    CHECK(!gate.refusal(hq, name_of(phone_file), content));
    CHECK(!gate.refusal(hq, name_of(phone_file), content));
    certificates = certificates_of(bob(), "hq");
    CHECK(gate.refusal(hq, name_of(phone_file), content).has_value());
}

TEST(SecureGate, AnythingPassesFromAClusterThatIsNotSecure) {
    hq.secure = false;
    CHECK_EQUAL(text(""), refusal(plain_file, "<device/>"));
    CHECK_EQUAL(text(""), refusal(phone_file, signed_by(bob())));
}

TEST_GROUP(SecureClusters) {
    FakeClusters clusters{{"hq", "north"}};

    void setup() override {
        clusters.certificates = certificates_of(alice(), "hq");
        clusters.make_secure("hq");
    }
};

TEST(SecureClusters, AGenuineFileIsGivenAndKept) {
    const auto file = signed_by(alice());
    const auto answer = clusters.ask(phone_file);
    clusters.give("hq", file);
    CHECK_EQUAL("content:cluster:hq:" + file, said(answer));
    CHECK_EQUAL("content:cache:hq:" + file, said(clusters.ask(phone_file)));
}

TEST(SecureClusters, ForeignAndChangedFilesAreNeitherGivenNorKept) {
    for (const auto& file : {signed_by(bob()), changed(signed_by(alice())), text("<device/>")}) {
        const auto answer = clusters.ask(phone_file);
        clusters.give("hq", file);
        clusters.not_found("north");
        CHECK_EQUAL(text("refused"), said(answer));
        CHECK(told(answer).starts_with("Cluster hq is secure: "));
        CHECK(!clusters.cache->contains(name_of(phone_file).key()));
    }
}

TEST(SecureClusters, TheClustersNextServerIsAskedForWhatOneHasChanged) {
    const auto file = signed_by(alice());
    const auto answer = clusters.ask(phone_file);
    clusters.found("hq", file.size());
    clusters.bytes("hq", changed(file));
    CHECK(clusters.objection("hq").starts_with("cluster hq is secure: the signature"));
    clusters.found("hq", file.size());
    clusters.bytes("hq", file);
    CHECK_EQUAL(text(""), clusters.objection("hq"));
    clusters.done("hq", FetchResult::complete);
    CHECK_EQUAL("content:cluster:hq:" + file, said(answer));
}

TEST(SecureClusters, WhatNoServerOfTheClusterHasGenuineIsRefused) {
    const auto answer = clusters.ask(phone_file);
    clusters.found("hq", 9);
    clusters.bytes("hq", "<device/>");
    CHECK(clusters.objection("hq") != "");
    clusters.done("hq", FetchResult::broken);
    clusters.not_found("north");
    CHECK_EQUAL(text("refused"), said(answer));
    CHECK_EQUAL(text("Cluster hq is secure: not signed"), told(answer));
}

TEST(SecureClusters, AnUnsignedFileIsRefusedBeforeItCame) {
    const auto answer = clusters.ask(plain_file);
    clusters.not_found("north");
    clusters.found("hq", 100);
    CHECK_EQUAL(text("refused"), said(answer));
    CHECK_EQUAL(0U, clusters.running());
}

TEST(SecureClusters, WhatNobodyHasIsNotFound) {
    const auto answer = clusters.ask(plain_file);
    clusters.not_found("hq");
    clusters.not_found("north");
    CHECK_EQUAL(text("not_found:"), said(answer));
}

TEST(SecureClusters, AnotherClustersFileIsTakenInstead) {
    const auto answer = clusters.ask(phone_file);
    clusters.found("north", 5);
    clusters.bytes("north", "north");
    clusters.done("north", FetchResult::complete);
    clusters.give("hq", signed_by(bob()));
    clusters.give("north", "north");
    CHECK_EQUAL(text("content:cluster:north:north"), said(answer));
}

TEST(SecureClusters, NoByteOfALargeFileLeavesBeforeItsSignatureHolds) {
    const auto name = text("locale.jar.sgn");
    const auto file = signed_by(alice(), name, std::string(2 * NameJob::early_size, 'j'));
    const auto answer = clusters.ask(name);
    clusters.not_found("north");
    clusters.found("hq", file.size());
    clusters.bytes("hq", file.substr(0, file.size() - 1));
    clusters.pass_by_deadlines(5s);
    CHECK_EQUAL(text("nothing"), said(answer));
    clusters.bytes("hq", file.substr(file.size() - 1));
    clusters.done("hq", FetchResult::complete);
    CHECK(said(answer) == "content:cluster:hq:" + file);
}

TEST(SecureClusters, WhatIsTooLargeToBeLookedAtAsAWholeIsRefused) {
    const auto answer = clusters.ask("locale.jar.sgn");
    clusters.not_found("north");
    clusters.found("hq", std::nullopt);
    clusters.bytes("hq", std::string(SecureGate::max_file, 'j'));
    CHECK(clusters.objection("hq").find("larger than") == std::string::npos);
    clusters.bytes("hq", "j");
    CHECK(clusters.objection("hq").find("larger than") != std::string::npos);
    clusters.done("hq", FetchResult::complete);
    CHECK_EQUAL(text("refused"), said(answer));
}

TEST(SecureClusters, LargeFirmwareStartsBeforeItsEnd) {
    const auto answer = clusters.ask("sip88xx.sbn");
    clusters.not_found("north");
    clusters.found("hq", 2 * NameJob::early_size);
    CHECK_EQUAL(text("content:cluster:hq:PENDING"), said(answer));
}

TEST(SecureClusters, ACopyFromBeforeTheClusterWasSecureIsNotUsed) {
    FakeClusters later{{"hq"}};
    later.ask(plain_file);
    later.give("hq", "plain");
    CHECK_EQUAL(text("content:cache:hq:plain"), said(later.ask(plain_file)));
    later.make_secure("hq");
    const auto answer = later.ask(plain_file);
    CHECK_EQUAL(text("nothing"), said(answer));
    later.unreachable("hq");
    CHECK_EQUAL(text("unavailable"), said(answer));  // not the last good copy either
}

TEST(SecureClusters, TheLastGoodCopyIsGivenInPlaceOfAChangedFile) {
    const auto file = signed_by(alice());
    clusters.ask(phone_file);
    clusters.give("hq", file);
    clusters.pass(1h);
    const auto answer = clusters.ask(phone_file);
    clusters.give("hq", changed(file));
    clusters.not_found("north");
    CHECK_EQUAL("content:stale:hq:" + file, said(answer));
}

TEST(SecureClusters, ACopyWhoseCertificateWasDeletedIsNotUsed) {
    clusters.ask(phone_file);
    clusters.give("hq", signed_by(alice()));
    clusters.certificates = certificates_of(bob(), "hq");
    const auto answer = clusters.ask(phone_file);
    CHECK_EQUAL(text("nothing"), said(answer));
}
