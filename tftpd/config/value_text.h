// How values of a configuration are shown in messages.
#pragma once

#include <cc/data.h>

#include <string>
#include <string_view>

namespace branchline {

/// In quotes, with everything outside printable ASCII escaped as Kea does it, and cut at 80 bytes.
std::string shown(std::string_view text);

/// What an element is: "a list", "a string", "the number 5".
std::string type_of(const isc::data::Element& element);

}  // namespace branchline
