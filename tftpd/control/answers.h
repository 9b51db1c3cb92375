// Small words that the answers of all commands are made of.
#pragma once

#include <cc/command_interpreter.h>
#include <cc/data.h>

#include <cstdint>
#include <string>

namespace branchline {

inline constexpr int success = isc::config::CONTROL_RESULT_SUCCESS;
inline constexpr int empty = isc::config::CONTROL_RESULT_EMPTY;        ///< done, and there was nothing
inline constexpr int conflict = isc::config::CONTROL_RESULT_CONFLICT;  ///< what is there already is in the way

inline isc::data::ElementPtr number(std::uint64_t value) {
    return isc::data::Element::create(static_cast<std::int64_t>(value));
}

/// "1 file", "2 files".
inline std::string counted(std::size_t count, const char* one, const char* several) {
    return std::to_string(count) + ' ' + (count == 1 ? one : several);
}

}  // namespace branchline
