// A certificate of a key for itself, as CUCM makes CallManager.pem: for ten years, for server and client, with a random serial
// number (RFC 5280 4.1, 4.2.1).
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"
#include "tftpd/trust/certificate.h"
#include "tftpd/trust/random.h"

#include <mbedtls/pk.h>

#include <string>
#include <utility>
#include <vector>

namespace branchline::trust {

struct SelfSigned {
    std::string subject;  ///< such as "CN=branch-07,OU=Phones,O=Example"
    WallTime not_before{};
    WallTime not_after{};
    std::vector<std::string> host_names{};  ///< subjectAltName's dNSName
    std::vector<Bytes> addresses{};         ///< subjectAltName's iPAddress, 4 or 16 bytes each
};

/// "CN=HOST,OU=Phones,O=Branchline". What names of hosts do not have is left out; of an empty one, "branchline" is made.
std::string own_subject(std::string host_name);

/// From a day before `now` for ten years. On a machine that does not know the time yet, from 2026, so that it is good when the
/// time comes.
std::pair<WallTime, WallTime> own_validity(WallTime now);

/// The certificate in DER.
Result<Bytes> self_signed(mbedtls_pk_context& key, Random& random, const SelfSigned& wish);

}  // namespace branchline::trust
