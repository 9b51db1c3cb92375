// What the Trust Verification Service knows: the certificates that were imported, and this machine's own, with the roles in
// which phones may believe them. Pure.
//
//   phone-sast, callmanager    SAST, TFTP: whose signatures and lists are believed
//   capf                       CAPF
//   tvs                        TVS
//   phone-edge                 APP-SERVER
//   this machine's signing certificate: SAST, TFTP; those for TLS: TFTP
#pragma once

#include "tftpd/trust/certificate_stores.h"
#include "tftpd/trust/trust_list.h"
#include "tftpd/tvs/message.h"

#include <optional>
#include <vector>

namespace branchline::tvs {

inline constexpr std::chrono::seconds answer_lifetime{std::chrono::hours(24)};  ///< as Unified CM's service gives it

struct Own {
    trust::Certificate certificate;
    std::vector<trust::Role> roles;
};

/// The certificate with the query's issuer and serial number, and all roles that it has in any of the places. Two certificates
/// cannot have both in common unless somebody wants them to; then the first is told.
std::optional<Known> look_up(const Query& query, const trust::StoredCertificates& stored, const std::vector<Own>& own);

}  // namespace branchline::tvs
