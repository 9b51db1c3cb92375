// "Did you mean …?": the word of a list that a mistyped one was probably meant to be. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace branchline {

/// The nearest of `words`, by single characters inserted, left out or replaced; upper case and '_' for '-' count as nothing.
/// Empty when none is near: a wild guess helps nobody.
std::string nearest_word(std::string_view typed, std::span<const std::string_view> words);

/// " Did you mean "word"?", or nothing.
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> words);

}  // namespace branchline
