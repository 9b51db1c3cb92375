// The lines around a certificate in base64 (RFC 7468 5).
#pragma once

#include <string_view>

namespace branchline::trust {

inline constexpr std::string_view pem_begin = "-----BEGIN CERTIFICATE-----";
inline constexpr std::string_view pem_end = "-----END CERTIFICATE-----";

}  // namespace branchline::trust
