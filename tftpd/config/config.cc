#include "tftpd/config/config.h"

#include <algorithm>

namespace branchline {

IpAddress unmapped(const IpAddress& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    }
    return address;
}

bool Config::is_remote_server(const IpAddress& address) const {
    const IpAddress asked = unmapped(address);
    return std::any_of(clusters.begin(), clusters.end(), [&](const Cluster& cluster) {
        return std::any_of(cluster.servers.begin(), cluster.servers.end(),
                           [&](const RemoteServer& server) { return unmapped(server.address) == asked; });
    });
}

}  // namespace branchline
