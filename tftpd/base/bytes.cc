#include "tftpd/base/bytes.h"

#include <algorithm>

namespace branchline {

ByteView without_leading_zeros(ByteView number) {
    const auto first = std::find_if(number.begin(), number.end(), [](auto byte) { return byte != 0; });
    return number.subspan(static_cast<std::size_t>(first - number.begin()));
}

std::string escaped(std::string_view text, std::size_t limit) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (out.size() >= limit) {
            return out + "...";
        }
        const auto byte = static_cast<std::uint8_t>(c);
        if (byte > 0x20 && byte < 0x7f && c != '\\' && c != '"') {
            out += c;
        } else {
            out += {'\\', 'x', digits[byte >> 4], digits[byte & 0x0f]};
        }
    }
    return out;
}

}  // namespace branchline
