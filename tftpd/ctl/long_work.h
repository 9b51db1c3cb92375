// What takes more than one command: a file sent in pieces, a stop and a prewarming that are waited for. All show how far they
// are.
#pragma once

#include "tftpd/ctl/request.h"

#include <string>

namespace branchline {

/// Sends the bytes of `file`, read as this user, by tftp-file-add; `request` has its other arguments. Ends once the daemon says
/// "stored".
ExitStatus add_file(Request request, const std::string& file);

/// Sends `request` (tftp-service-stop) and waits until transfers have ended or were cut off.
ExitStatus stop_service(const Request& request);

/// Sends `request` (tftp-prewarm) and waits until every file has come or has not; that one is not there is exit_failed.
ExitStatus prewarm_files(Request request);

}  // namespace branchline
