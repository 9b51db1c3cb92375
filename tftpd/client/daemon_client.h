// One command to the daemon over its control socket, and the answer: a connection for each, JSON both ways, Kea's protocol.
// Used by branchlinectl, and by the hook for the commands that come over Kea's sockets.
//
// Never waits longer than it was told: not for a daemon that hangs, nor for one that more callers wait for than it takes.
#pragma once

#include "tftpd/base/result.h"

#include <cc/data.h>

#include <chrono>
#include <string>

namespace branchline {

inline constexpr std::size_t max_answer_size = 64ull << 20;  ///< bytes

/// The socket's path unless the operator says another: in KEA_CONTROL_SOCKET_DIR, or /run/kea.
std::string default_socket();

/// Sends `command` with `arguments` (null = none) and waits for the answer, up to `limit` for all of it. The Failure says what
/// to do about it: start the daemon, become another user.
Result<isc::data::ConstElementPtr> ask_daemon(const std::string& socket, const std::string& command,
                                              const isc::data::ConstElementPtr& arguments, std::chrono::milliseconds limit);

}  // namespace branchline
