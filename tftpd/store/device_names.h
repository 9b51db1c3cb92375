// Every name that one phone asks for by its MAC: its configuration, plain, encrypted or signed, and its trust lists. What is
// remembered of a phone is found by these keys, so that a phone that boots costs a few look-ups, however much is remembered of
// others. The names are those of FileName::names_device(), as Unified CM makes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace branchline {

/// `mac`: 12 hexadecimal digits, in any case, with or without ':', '-' or '.'; keys as FileName::key() makes them. Empty if it
/// is no MAC.
std::vector<std::string> keys_of_device(std::string_view mac);

/// The keys of its configuration alone.
std::vector<std::string> configuration_keys_of_device(std::string_view mac);

/// The 12 digits in lower case that a key with FileName::names_device() carries; empty if it carries none.
std::string device_of_key(std::string_view key);

/// Is the name with that key one of the device with this MAC (12 digits in lower case)? Names of an ATA's second port are.
bool is_name_of(std::string_view key, std::string_view digits);

}  // namespace branchline
