// The signing process's loop: a listening SOCK_SEQPACKET socket, a few connections, one message after another. Single-threaded:
// signatures are milliseconds, and whoever asks waits for each.
#pragma once

#include "tftpd/signer/signing_desk.h"

namespace branchline {

inline constexpr std::size_t max_signer_clients = 8;  ///< further ones wait to be accepted

/// Serves until `stop` (a file descriptor) can be read, or the listening socket fails; the latter is false.
bool serve_signer(int listening, int stop, SigningDesk& desk);

}  // namespace branchline
