// "branchlinectl console password": the web console's passwords, set on the machine that the daemon runs on.
#pragma once

#include "tftpd/ctl/request.h"

namespace branchline {

/// Sends `request` (console-password-set) with a password: asked for twice, unseen, on a terminal; else the first line of
/// standard input. A password on the command line would be seen by everybody on the machine.
ExitStatus set_console_password(Request request);

}  // namespace branchline
