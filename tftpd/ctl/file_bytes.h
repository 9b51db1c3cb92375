// A file that the user named on the command line, whole, read as that user.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/result.h"

#include <string>

namespace branchline {

/// At most `limit` bytes; a longer file is a Failure. The text begins with the path.
Result<Bytes> file_bytes(const std::string& path, std::size_t limit);

}  // namespace branchline
