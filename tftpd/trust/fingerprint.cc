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
        if (!is_lower_hex(lower)) {
            return std::nullopt;
        }
        digits.push_back(lower);
    }
    return digits;
}

}  // namespace branchline::trust
