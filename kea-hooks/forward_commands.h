// The daemon's commands at Kea's own control socket: "tftp-cluster-list" sent to kea-dhcp4 or kea-dhcp6, by kea-shell through
// kea-ctrl-agent for instance, is passed on to the daemon, and its answer is given back as it is.
//
// Kea runs commands one at a time on its main thread, which also takes packets off the wire for the threads that answer them:
// what takes long here delays phones. So the daemon has `forward_limit` for its answer and no more; packets wait in their
// sockets meanwhile, and clients ask again after four seconds at the earliest (RFC 2131 4.1). No packet's path ever comes here.
#pragma once

#include <chrono>

namespace isc::hooks {
class CalloutHandle;
class LibraryHandle;
}  // namespace isc::hooks

namespace branchline::hook {

inline constexpr std::chrono::seconds forward_limit{2};

/// Registers all of api::tftp_commands. Kea deregisters them when it unloads the library.
void register_forwarded_commands(isc::hooks::LibraryHandle& handle);

}  // namespace branchline::hook
