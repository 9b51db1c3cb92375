// Which certificates a list of our own is made of: our own signer, those in the stores that were imported for no cluster (they
// are this site's), the signer of the list in force, and the certificates that HTTPS and our Trust Verification Service show.
//
//   SAST             our signer; those of phone-sast, such as the next signer; the signer of the list in force, if another
//   TFTP, CCM+TFTP   our signer, and those of phone-sast: whose files phones take; CCM+TFTP in mixed mode
//   TFTP             EC certificates of HTTPS
//   TVS              what our own service shows, an EC certificate if it has one, as phones that know EC get it
//   CAPF, TVS        those of capf and tvs; a CTL has no TVS
#pragma once

#include "tftpd/trust/certificate_stores.h"
#include "tftpd/trust/list_builder.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace branchline::trust {

struct ListSources {
    ListKind kind = ListKind::itl;
    bool mixed = false;                                    ///< "security-mode"
    const Certificate& signer;                             ///< whose key signs lists and files now
    const StoredCertificates& stored;                      ///< others'
    const std::vector<Certificate>& https;                 ///< what HTTPS shows
    const std::vector<Certificate>& tvs;                   ///< what our Trust Verification Service shows; empty = it is off
    const TrustList* in_force = nullptr;                   ///< null: there is none yet
    std::string host;                                      ///< our name or address, as phones know it
    std::optional<std::array<std::uint8_t, 4>> address{};  ///< ours
};

std::vector<ListEntry> list_entries(const ListSources& from);

}  // namespace branchline::trust
