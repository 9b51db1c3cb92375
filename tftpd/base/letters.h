// Upper and lower case as one, for the letters of ASCII alone: names of files, options, clusters and hosts mean the same
// whatever the locale is.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace branchline {

constexpr char to_lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

inline std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower) {
        letter = to_lower(letter);
    }
    return lower;
}

/// A hexadecimal digit as keys have it.
constexpr bool is_lower_hex(char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
}

constexpr bool same_letters(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char one, char other) { return to_lower(one) == to_lower(other); });
}

}  // namespace branchline
