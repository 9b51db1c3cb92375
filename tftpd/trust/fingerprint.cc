#include "tftpd/trust/fingerprint.h"

#include "tftpd/base/letters.h"

namespace branchline::trust {

std::optional<std::string> digits_of_fingerprint(const std::string& written) {
    std::string digits;
    for (const char letter : written) {
        if (letter == ':' || letter == ' ') {
            continue;
        }
        const char lower = to_lower(letter);
        if ((lower < '0' || lower > '9') && (lower < 'a' || lower > 'f')) {
            return std::nullopt;
        }
        digits.push_back(lower);
    }
    return digits;
}

}  // namespace branchline::trust
