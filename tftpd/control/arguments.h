// The arguments of one command, taken out one by one and checked: a wrong type, an unknown name or a missing one is a message
// that says what the command takes, not a guess.
#pragma once

#include <cc/data.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace branchline {

// How many elements a list has at most in one answer, which so stays below a few MB: unless "limit" says something else, and
// what it may say.
constexpr std::int64_t default_listed = 1000;
constexpr std::int64_t most_listed = 10000;

/// Wrong arguments; the text goes to the operator as it is.
class ArgumentError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class Arguments {
public:
    /// `arguments` may be null: none were given. Throws ArgumentError if they are not a map, or name something not in `known`.
    Arguments(std::string command, isc::data::ConstElementPtr arguments, std::initializer_list<const char*> known);

    // Each throws ArgumentError if the value has another type, or is outside its range.
    [[nodiscard]] std::optional<std::string> text(const char* name) const;
    [[nodiscard]] std::string needed_text(const char* name) const;  ///< not empty
    /// A list of texts, none empty; empty if absent.
    [[nodiscard]] std::vector<std::string> texts(const char* name, std::size_t most) const;
    [[nodiscard]] bool flag(const char* name) const;  ///< false if absent
    [[nodiscard]] std::int64_t number(const char* name, std::int64_t least, std::int64_t most, std::int64_t absent) const;

    /// Bytes given in base64 (RFC 4648 4), at most `most` of them; `or_else` is said when there are more.
    [[nodiscard]] std::optional<std::string> data(const char* name, std::size_t most, const std::string& or_else = "") const;

    /// Twelve hexadecimal digits in capitals, from a MAC address in any usual spelling or from a device name (SEP001122334455).
    [[nodiscard]] std::optional<std::string> mac(const char* name) const;

private:
    [[nodiscard]] isc::data::ConstElementPtr find(const char* name) const;

    std::string command_;
    isc::data::ConstElementPtr arguments_;
};

}  // namespace branchline
