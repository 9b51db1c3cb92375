#include "tftpd/base/glob.h"

namespace branchline {

// Only the last '*' is ever widened: whatever an earlier one could take, the last one can take as well.
bool fits_glob(std::string_view pattern, std::string_view text) {
    std::size_t at = 0;  // in the pattern
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;  // in the text, where what follows the last '*' is tried next
    for (std::size_t in_text = 0; in_text < text.size();) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            resume = in_text;
        } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == text[in_text])) {
            ++at;
            ++in_text;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            in_text = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace branchline
