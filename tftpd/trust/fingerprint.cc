#include "tftpd/trust/fingerprint.h"

namespace branchline::trust {

std::optional<std::string> digits_of_fingerprint(const std::string& written) {
    std::string digits;
    for (const char letter : written) {
        if (letter == ':' || letter == ' ') {
            continue;
        }
        const char lower = letter >= 'A' && letter <= 'F' ? static_cast<char>(letter + 32) : letter;
        if ((lower < '0' || lower > '9') && (lower < 'a' || lower > 'f')) {
            return std::nullopt;
        }
        digits.push_back(lower);
    }
    return digits;
}

}  // namespace branchline::trust
