// Kea's JSON dialect, read into Kea's Elements, each with the place where its value starts. Kea's own generic parser
// (Element::fromJSON) reads less, keeps the last of two duplicate keys and ignores trailing text; this reads what kea-dhcp4 2.6
// reads. Measured with `kea-dhcp4 -t`:
//
//     comments       # …   // …   /* … */ (not nested), anywhere between tokens
//     commas         one or more after an element of a list or map, also after the last; none before the first
//     numbers        [-+] digits . digits e[-+]digits, most parts optional; -? digits = integer of 64 bits
//     strings        no control characters; \" \\ \/ \b \f \n \r \t, and \u0000 to \u00ff, each of which is one byte
//     <?include "file"?>  anywhere between tokens: the file's tokens stand in its place
//
// Stricter than Kea on purpose: nesting deeper than 32, strings that are not UTF-8 or hold a NUL, more than 1 MiB,
// files that include themselves or go deeper than 8.
#pragma once

#include "tftpd/config/config_error.h"

#include <cc/data.h>

#include <string>

namespace branchline {

inline constexpr unsigned maximum_nesting = 32;  ///< maps and lists within each other, the outermost counted

/// The document in a file, always a map. Throws ConfigError.
isc::data::ElementPtr read_json_file(const std::string& path);

/// The same for a text that is here already; `name` stands for the file in positions. Throws ConfigError.
isc::data::ElementPtr read_json_text(std::string text, std::string name);

/// What stands for the file in positions of a command's arguments; lines count from the command's first brace.
inline constexpr const char* command_name = "command";

/// A copy of a document that another parser made (a command's arguments), places kept, held to the limits above. Throws
/// ConfigError.
isc::data::ElementPtr copy_json(const isc::data::Element& document);

/// The way from `document` to the innermost value that starts at `place`, as a JSON pointer (RFC 6901): what is wrong in a text
/// that a program wrote on one line. Empty if nothing starts there.
std::string pointer_to(const isc::data::Element& document, const Position& place);

/// Where an element's value starts.
Position position_of(const isc::data::Element& element);

}  // namespace branchline
