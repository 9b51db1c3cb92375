#include "tftpd/config/discovery_rules.h"

#include "tftpd/config/cluster_rules.h"
#include "tftpd/config/json_text.h"
#include "tftpd/config/map_reader.h"

#include <algorithm>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using std::chrono::seconds;

constexpr std::int64_t shortest_refresh = 5;     // seconds: a branch must not load its DNS server
constexpr std::int64_t longest_refresh = 86400;  // seconds

DnsServer read_dns_server(const ConstElementPtr& element) {
    DnsServer server;
    ConstElementPtr written = element;
    if (element->getType() == Element::map) {
        const MapReader map(element, "dns-servers", {"address", "port"});
        map.require("address", "\"address\": \"192.0.2.53\"");
        server.port = map.number<std::uint16_t>("port", 53, 1, 65535);
        written = map.get("address");
    }
    const auto text = checked_text(*written, "a DNS server", 1, 64);
    boost::system::error_code error;
    server.address = unmapped(boost::asio::ip::make_address(text, error));
    if (error || text.find('%') != std::string::npos || why_no_server(server.address) != nullptr) {
        throw ConfigError(position_of(*written), "a DNS server is " + shown(text) +
                                                     "; it must be the IPv4 or IPv6 address of one reachable server. Write "
                                                     "an address such as \"192.0.2.53\".");
    }
    return server;
}

}  // namespace

Discovery read_discovery(const ConstElementPtr& element, const std::vector<Cluster>& configured,
                         std::vector<std::string>& warnings) {
    const MapReader map(element, "discovery", {"clusters", "dns-servers", "min-refresh", "max-refresh"});
    Discovery discovery;
    discovery.clusters = read_discovered_clusters(map.list("clusters", 0, maximum_discovered_clusters), configured, warnings);
    for (const auto& server : map.list("dns-servers", 0, maximum_dns_servers)) {
        discovery.dns_servers.push_back(read_dns_server(server));
    }
    const auto refresh = [&map](const char* key, seconds fallback) {
        return seconds(map.number<std::int64_t>(key, fallback.count(), shortest_refresh, longest_refresh, "seconds"));
    };
    discovery.min_refresh = refresh("min-refresh", discovery.min_refresh);
    discovery.max_refresh = refresh("max-refresh", std::max(discovery.max_refresh, discovery.min_refresh));
    if (discovery.max_refresh < discovery.min_refresh) {
        map.fail("max-refresh", "\"max-refresh\" is " + std::to_string(discovery.max_refresh.count()) +
                                    " and \"min-refresh\" " + std::to_string(discovery.min_refresh.count()) +
                                    " seconds; the longest time between two lookups must not be shorter than the shortest. "
                                    "Correct one of them.");
    }
    return discovery;
}

}  // namespace branchline
