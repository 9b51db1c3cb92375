#include "tftpd/trust/acceptance.h"

#include <algorithm>

namespace branchline::trust {
namespace {

bool may_sign_files(const TrustList* list, const SignerId& signer) {
    return list != nullptr && std::any_of(list->records.begin(), list->records.end(), [&](const TrustRecord& record) {
               return (record.role == Role::tftp || record.role == Role::ccm_tftp) && !record.serial.empty() &&
                      names(signer, record.serial, record.issuer);
           });
}

bool names_a_tvs(const TrustList& list) {
    return std::any_of(list.records.begin(), list.records.end(),
                       [](const TrustRecord& record) { return record.role == Role::tvs; });
}

}  // namespace

Acceptance acceptance_of(const PhoneLists& lists, const SignerId& signer) {
    if (lists.itl == nullptr && lists.ctl == nullptr) {
        return Acceptance::unchecked;
    }
    if (may_sign_files(lists.ctl, signer)) {
        return Acceptance::by_ctl;
    }
    if (may_sign_files(lists.itl, signer)) {
        return Acceptance::by_itl;
    }
    return lists.itl != nullptr && names_a_tvs(*lists.itl) ? Acceptance::asks_tvs : Acceptance::refused;
}

}  // namespace branchline::trust
