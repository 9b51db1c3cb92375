// The text of a certificate store's file: PEM (RFC 7468), and before each certificate lines of our own, which every other
// reader of PEM passes over:
//
//   # cluster: hq-east
//   # imported: 2026-11-26 19:10:07
//   -----BEGIN CERTIFICATE-----
#pragma once

#include "tftpd/trust/certificate_stores.h"

#include <string>
#include <string_view>
#include <vector>

namespace branchline::trust {

std::string store_text(Store store, const std::vector<StoredCertificate>& content);

/// What store_text() wrote, or any PEM file. A Failure names the certificate that is wrong.
Result<std::vector<StoredCertificate>> parse_store_text(std::string_view text);

}  // namespace branchline::trust
