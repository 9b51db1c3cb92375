// The rules of "remote-clusters": what a cluster may be called, how many servers it may have, and that no server is there
// twice or is our own listener, which would make every miss ask ourselves. The limits of names are those of the remote
// cluster form that operators know (Unified CM 15, Remote Cluster settings).
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/config/machine.h"

#include <cc/data.h>

#include <string>
#include <vector>

namespace branchline {

inline constexpr std::size_t maximum_cluster_id = 50;            ///< characters
inline constexpr std::size_t maximum_cluster_fqdn = 50;          ///< characters
inline constexpr std::size_t maximum_cluster_description = 128;  ///< characters
inline constexpr std::size_t maximum_servers_of_a_cluster = 3;
inline constexpr std::uint32_t least_rate_limit_kbps = 64;

/// The ports that we listen on ourselves, on every address of the machine. 0 = off.
struct OwnListeners {
    std::uint16_t tftp_port = 69;
    std::uint16_t http_port = 6970;
};

/// Says why an address cannot be one reachable server's ("a multicast address"); nullptr if it can.
const char* why_no_server(const IpAddress& address);

/// The "clusters" of "discovery", in their order: described as others, but without servers. One that has the cluster-id or the
/// fqdn of one of `configured` is left out with a warning: what is configured whole wins. Throws ConfigError.
std::vector<Cluster> read_discovered_clusters(const std::vector<isc::data::ConstElementPtr>& list,
                                              const std::vector<Cluster>& configured, std::vector<std::string>& warnings);

/// The clusters of a list, in its order. Doubts that are no errors are added to `warnings`. Throws ConfigError.
std::vector<Cluster> read_clusters(const std::vector<isc::data::ConstElementPtr>& list, const OwnListeners& own,
                                   const Machine& machine, std::vector<std::string>& warnings);

}  // namespace branchline
