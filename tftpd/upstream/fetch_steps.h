// What a fetch from a cluster tries, and in what order: each server that is up, by each transport that it may speak, the one
// that worked last first. Pure.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/upstream/server_health.h"

#include <string>
#include <vector>

namespace branchline {

/// One thing to try: a server by a transport, HTTP or TFTP.
struct FetchStep {
    RemoteServer server;
    Transport by;
};

/// Up to two a server. Empty: all are down.
std::vector<FetchStep> fetch_steps(const Cluster& cluster, const HealthTable& health, TimePoint now);

/// "http 192.0.2.1:6970", for logs and status.
std::string to_text(const FetchStep& step);

}  // namespace branchline
