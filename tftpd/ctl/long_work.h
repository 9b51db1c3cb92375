// What takes more than one command: a file sent in pieces, and a stop that is waited for. Both show how far they are.
#pragma once

#include "tftpd/ctl/request.h"

#include <string>

namespace branchline {

/// Sends the bytes of `file`, read as this user, by tftp-file-add; `request` has its other arguments. Ends once the daemon says
/// "stored".
ExitStatus add_file(Request request, const std::string& file);

/// Sends `request` (tftp-service-stop) and waits until transfers have ended or were cut off.
ExitStatus stop_service(const Request& request);

}  // namespace branchline
