// Would a phone take a file, going by the trust lists that it has and who signed the file?
//
//   no list                                             it asks for no signatures, and takes what it gets
//   the signer is in one of its lists as TFTP or        yes
//   CCM+TFTP
//   it is not, and the ITL names a TVS                  the phone asks that one, which answers from its cluster's certificates
//   neither                                             no
#pragma once

#include "tftpd/trust/trust_list.h"

namespace branchline::trust {

/// The lists that a phone has; null: none of that kind.
struct PhoneLists {
    const TrustList* itl = nullptr;
    const TrustList* ctl = nullptr;  ///< with one the phone is secure
};

enum class Acceptance : std::uint8_t { unchecked, by_itl, by_ctl, asks_tvs, refused };

/// Of a file; lists are another matter, see TrustList::signer().
Acceptance acceptance_of(const PhoneLists& lists, const SignerId& signer);

}  // namespace branchline::trust
