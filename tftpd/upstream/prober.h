// Finds out when a server that is down answers again, and whether one that is suspected is down: a request for a name that no
// server has, by every transport the cluster allows; any answer, "not found" included, is life. Runs on the one thread of its
// io_context and stops by being destroyed.
#pragma once

#include "tftpd/upstream/server_health.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace branchline {

class Prober {
public:
    virtual ~Prober() = default;
    virtual void set_clusters(std::vector<Cluster> clusters) = 0;
};

/// `on_change` is called when a server came back (for the log).
std::unique_ptr<Prober> start_prober(boost::asio::io_context& io, std::vector<Cluster> clusters, HealthTable& health,
                                     std::function<void(const RemoteServer&)> on_change);

}  // namespace branchline
