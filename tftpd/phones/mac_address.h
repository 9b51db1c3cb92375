// A phone's MAC address as bytes, and its ways to be written.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace branchline {

using MacAddress = std::array<std::uint8_t, 6>;

std::string to_text(const MacAddress& mac);      ///< "00:11:22:33:44:55"
std::string to_digits(const MacAddress& mac);    ///< "001122334455", letters in lower case
std::string device_name(const MacAddress& mac);  ///< "SEP001122334455"
/// From 12 hexadecimal digits, in any case, without anything between them.
std::optional<MacAddress> mac_from_digits(std::string_view digits);

}  // namespace branchline
