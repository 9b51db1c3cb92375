#include "tftpd/config/nearest_word.h"

#include "tftpd/base/letters.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace branchline {
namespace {

// Longer words than this are no slips of the finger; it also bounds the work for hostile input.
constexpr std::size_t maximum_length = 64;

std::string plain(std::string_view word) {
    std::string result(word);
    for (char& c : result) {
        c = c == '_' ? '-' : to_lower(c);
    }
    return result;
}

// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string nearest_word(std::string_view typed, std::span<const std::string_view> words) {
    if (typed.empty() || typed.size() > maximum_length) {
        return {};
    }
    const std::string wanted = plain(typed);
    std::string best;
    std::size_t best_distance = 1 + wanted.size() / 3;  // about one slip in three characters
    for (const std::string_view word : words) {
        const std::size_t d = distance(wanted, plain(word));
        if (d < best_distance || (d == best_distance && best.empty() && d < wanted.size())) {
            best = word;
            best_distance = d;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> words) {
    const std::string word = nearest_word(typed, words);
    return word.empty() ? std::string() : " Did you mean \"" + word + "\"?";
}

}  // namespace branchline
