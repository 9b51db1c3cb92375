// Decimal numbers in texts of strangers: the whole text is the number, or it is none.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>

namespace branchline {

/// The whole text as a number of type T: digits, for a signed T with a '-' before them; no '+', no blank, nothing behind. None
/// if it is not one, or does not fit into T.
template <std::integral T>
[[nodiscard]] std::optional<T> decimal(std::string_view text) {
    T value{};
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && stop == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace branchline
