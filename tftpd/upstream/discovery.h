// Learns the servers of the clusters that "discovery" names, and keeps learning: the driver around LearnedClusters, which says
// what is due and what is believed, and DnsLookup, which asks. What was learned is kept in a file and is there at once after a
// restart; the file is written by a thread of its own.
//
// Made on any thread; after start() everything happens on the io_context's thread.
#pragma once

#include "tftpd/upstream/learned_clusters.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace branchline {

class ClusterDiscovery {
public:
    /// Takes what an earlier run has learned. `changed` is called, from start() on, each time that effective() gives something
    /// else.
    ClusterDiscovery(boost::asio::io_context& io, const Config& config, std::function<void()> changed);
    ~ClusterDiscovery();
    ClusterDiscovery(const ClusterDiscovery&) = delete;
    ClusterDiscovery& operator=(const ClusterDiscovery&) = delete;

    /// Begins to look up.
    void start();
    void reconfigure(const Config& config);

    /// Looks up one cluster (empty: all) now. Returns how many.
    std::size_t refresh(const std::string& id);
    [[nodiscard]] bool busy() const;
    [[nodiscard]] std::vector<DiscoveryStatus> status() const;

    /// The clusters to ask; says in the log, once, what the DNS named and is not used.
    [[nodiscard]] std::vector<Cluster> effective(const Config& config);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace branchline
