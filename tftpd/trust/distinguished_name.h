// Names of certificates as Cisco's files spell them: CN, OU, O, L, ST, C in this order whatever the order in the certificate,
// ';' between them and no blanks:
//
//   CN=cucm-a;OU=Lab;O=Example;L=Krakow;ST=Malopolska;C=PL
//
// Other makers write ',' and the certificate's own order, so names are compared by what they say, not by how.
#pragma once

#include <string>
#include <string_view>

struct mbedtls_asn1_named_data;  // NOLINT(readability-identifier-naming): the library's name

namespace branchline::trust {

/// A certificate's name in Cisco's form. Parts that the form has no place for follow at the end in the certificate's order.
std::string cisco_name(const mbedtls_asn1_named_data& name);

/// Do the two say the same? Without regard to order, ';' or ',', blanks beside them, quotes, and case.
bool same_name(std::string_view left, std::string_view right);

/// The same text for all names that same_name() holds to say the same.
std::string comparable_name(std::string_view name);

}  // namespace branchline::trust
