// Tells the service manager how far we are (systemd's Type=notify): one datagram to the socket that NOTIFY_SOCKET names. Does
// nothing when started by hand. Source: sd_notify(3).
#pragma once

#include <string_view>

namespace branchline {

/// `state` such as "READY=1" or "STOPPING=1". Failures are nobody's business: the service manager has its own time limit.
void notify_service_manager(std::string_view state);

}  // namespace branchline
