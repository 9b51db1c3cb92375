#include "tftpd/trust/acceptance.h"

#include "tests/unit/trust/samples.h"

#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::trust;
using samples::alice;
using samples::bob;
using samples::grown_up;

namespace {

struct Entry {
    Role role;
    const Signer* signer;
};

Bytes list_of(const std::vector<Entry>& entries) {
    Bytes body;
    for (const auto& one : entries) {
        const auto record = samples::record(one.signer->certificate(), one.role, "192.0.2.1");
        body.insert(body.end(), record.begin(), record.end());
    }
    return *sign_file(alice(), {.file_name = "ITLFile.tlv", .time = samples::noon, .version_minor = 2}, body);
}

SignerId id_of(const Signer& signer) {
    const auto& certificate = signer.certificate();
    return {.subject = certificate.subject, .issuer = certificate.issuer, .serial = certificate.serial};
}

Acceptance accepted(const std::vector<Entry>& itl, const std::vector<Entry>& ctl, const Signer& signer) {
    const auto itl_file = list_of(itl);
    const auto ctl_file = list_of(ctl);
    const auto itl_list = TrustList::parse(itl_file);
    const auto ctl_list = TrustList::parse(ctl_file);
    return acceptance_of({.itl = itl.empty() ? nullptr : &*itl_list, .ctl = ctl.empty() ? nullptr : &*ctl_list}, id_of(signer));
}

}  // namespace

TEST_GROUP(Acceptance){};

TEST(Acceptance, APhoneWithoutAListChecksNothing) {
    CHECK(accepted({}, {}, bob()) == Acceptance::unchecked);
}

TEST(Acceptance, ASignerOfFilesInAListIsTaken) {
    CHECK(accepted({{Role::sast, &alice()}, {Role::tftp, &bob()}}, {}, bob()) == Acceptance::by_itl);
    CHECK(accepted({{Role::sast, &alice()}, {Role::ccm_tftp, &bob()}}, {}, bob()) == Acceptance::by_itl);
    CHECK(accepted({{Role::sast, &alice()}}, {{Role::ccm_tftp, &bob()}}, bob()) == Acceptance::by_ctl);
}

TEST(Acceptance, OtherRolesSignNoFiles) {
    for (const auto role : {Role::sast, Role::ccm, Role::capf}) {
        CHECK(accepted({{Role::sast, &alice()}, {role, &bob()}}, {}, bob()) == Acceptance::refused);
    }
}

TEST(Acceptance, TvsIsAskedIfTheItlNamesOne) {
    CHECK(accepted({{Role::sast, &alice()}, {Role::tvs, &grown_up()}}, {}, bob()) == Acceptance::asks_tvs);
    CHECK(accepted({}, {{Role::sast, &alice()}, {Role::tvs, &grown_up()}}, bob()) == Acceptance::refused);
    CHECK(accepted({{Role::sast, &alice()}}, {}, bob()) == Acceptance::refused);
}
