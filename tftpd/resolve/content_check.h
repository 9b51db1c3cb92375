// Is what a remote server sent plainly not the file that was asked for? A server can answer "200 OK" with its sign-in page,
// with nothing, or with a file that was cut on its own disk, and length and checksum of the transfer are right all the same.
//
//   every name       an HTML page, unless the name is one's (.htm, .html)
//   device file      empty; .xml that begins with '<' and does not end with '>'
//   device .sgn      begins as a signed file and ends in its header
//   trust list       empty; begins as a signed file and ends in its header or in a record
//   anything else    passed on: whether it is good the phone judges
//
// Only form is looked at. Whether a signature is genuine is the business of secure clusters.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/store/file_name.h"

#include <optional>
#include <string>

namespace branchline {

/// Why `content`, the whole file, is not the file `name`; none if it may be.
std::optional<std::string> objection_to(const FileName& name, ByteView content);

}  // namespace branchline
