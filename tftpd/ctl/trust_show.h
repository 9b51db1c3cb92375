// "branchlinectl trust show FILE": a trust list or a signed file as an engineer wants to read it. Needs no daemon.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"

#include <cc/data.h>

#include <string>

namespace branchline {

/// What the file says and whether its signature holds, as a map; a Failure if it is neither a list nor a signed file.
Result<isc::data::ElementPtr> trust_file_element(ByteView file);

/// The same for reading; certificates that have expired by now are pointed out.
std::string trust_file_text(const isc::data::ConstElementPtr& shown);

/// Reads FILE and prints it. Exit status: 0 shown, and the signature holds if the file itself can tell; 1 not.
int show_trust_file(const std::string& path, bool json);

}  // namespace branchline
