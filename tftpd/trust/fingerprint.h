// A certificate's SHA-256 fingerprint as a person writes it down or copies it: plain, as openssl prints it (AB:CD:…), or in
// groups with blanks between them.
#pragma once

#include <optional>
#include <string>

namespace branchline::trust {

inline constexpr std::size_t fingerprint_digits = 64;

/// Its hexadecimal digits alone, in lower case, however many there are; none if something else is in it.
std::optional<std::string> digits_of_fingerprint(const std::string& written);

}  // namespace branchline::trust
