#include "tftpd/trust/list_entries.h"

#include "tests/unit/trust/samples.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::alice;
using samples::bob;
using samples::grown_up;

TEST_GROUP(ListEntries) {
    StoredCertificates stored;
    std::vector<Certificate> https;
    std::vector<Certificate> tvs;

    void import(Store store, const Signer& signer, const std::string& cluster = "") {
        stored.stores[static_cast<std::size_t>(store)].push_back(
            {.certificate = signer.certificate(), .fingerprint = signer.certificate().fingerprint(), .cluster = cluster});
    }
    /// "SAST alice@host, …"
    std::string entries(ListKind kind = ListKind::itl, bool mixed = false, const TrustList* in_force = nullptr) {
        std::string text;
        for (const auto& one : list_entries({.kind = kind,
                                             .mixed = mixed,
                                             .signer = alice().certificate(),
                                             .stored = stored,
                                             .https = https,
                                             .tvs = tvs,
                                             .in_force = in_force,
                                             .host = "box"})) {
            text += (text.empty() ? "" : ", ") + role_name(one.role) + ' ' + one.certificate.common_name + '@' + one.host;
        }
        return text;
    }
};

TEST(ListEntries, OurSignerAloneIsAList) {
    CHECK_EQUAL(std::string("SAST alice@box, TFTP alice@box"), entries());
    CHECK_EQUAL(std::string("SAST alice@box, CCM+TFTP alice@box"), entries(ListKind::ctl, true));
}

TEST(ListEntries, CertificatesOfThisSiteHaveTheRoleOfTheirStore) {
    import(Store::capf, bob());
    import(Store::tvs, grown_up());
    CHECK_EQUAL(std::string("SAST alice@box, TFTP alice@box, CAPF bob@bob, TVS grown-up@grown-up"), entries());
    CHECK_EQUAL(std::string("SAST alice@box, CCM+TFTP alice@box, CAPF bob@bob"), entries(ListKind::ctl, true));
}

TEST(ListEntries, OurOwnTvsIsListedByItsEcCertificate) {
    tvs = {grown_up().certificate()};
    CHECK_EQUAL(std::string("SAST alice@box, TFTP alice@box, TVS grown-up@box"), entries());
    CHECK_EQUAL(std::string("SAST alice@box, CCM+TFTP alice@box"), entries(ListKind::ctl, true));
    auto ec = bob().certificate();
    Bytes point(97, 1);
    point[0] = 4;
    ec.key = *PublicKey::parse(point);
    tvs.push_back(ec);
    CHECK_EQUAL(std::string("SAST alice@box, TFTP alice@box, TVS bob@box"), entries());
}

TEST(ListEntries, ACertificateThatIsOursAndInTheStoreIsListedOnce) {
    tvs = {grown_up().certificate()};
    import(Store::tvs, grown_up());
    CHECK_EQUAL(std::string("SAST alice@box, TFTP alice@box, TVS grown-up@box"), entries());
}

TEST(ListEntries, CertificatesOfClustersAreNotOurs) {
    import(Store::capf, bob(), "hq");
    import(Store::callmanager, bob());
    CHECK_EQUAL(std::string("SAST alice@box, TFTP alice@box"), entries());
}

TEST(ListEntries, TheNextSignerMaySignListsAndFiles) {
    import(Store::phone_sast, bob());
    import(Store::phone_sast, alice());  // that it is there already changes nothing
    CHECK_EQUAL(std::string("SAST alice@box, SAST bob@, TFTP alice@box, TFTP bob@box"), entries());
}

TEST(ListEntries, TheSignerOfTheListInForceStays) {
    const auto file = samples::list_sample(bob(), grown_up());
    const auto list = TrustList::parse(file);
    CHECK_EQUAL(std::string("SAST alice@box, SAST bob@, TFTP alice@box"), entries(ListKind::itl, false, &*list));
    const auto ours = samples::list_sample(alice(), grown_up());
    const auto same = TrustList::parse(ours);
    CHECK_EQUAL(std::string("SAST alice@box, TFTP alice@box"), entries(ListKind::itl, false, &*same));
}
