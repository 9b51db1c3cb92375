#include "tftpd/config/cluster_rules.h"

#include "tftpd/base/letters.h"
#include "tftpd/config/json_text.h"
#include "tftpd/config/map_reader.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

bool is_letter_or_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// The first character that is neither a letter, a digit nor one of `others`; npos = none.
std::size_t first_outside(const std::string& text, std::string_view others) {
    const auto bad =
        std::find_if(text.begin(), text.end(), [&](char c) { return !is_letter_or_digit(c) && others.find(c) == others.npos; });
    return bad == text.end() ? std::string::npos : static_cast<std::size_t>(bad - text.begin());
}

}  // namespace

const char* why_no_server(const IpAddress& address) {
    if (address.is_multicast()) {
        return "a multicast address";
    }
    if (address.is_v4()) {
        const auto number = address.to_v4().to_uint();
        return number >> 24 == 0        ? "the unspecified address or network 0 (RFC 1122 3.2.1.3)"
               : number == 0xffffffff   ? "the broadcast address"
               : number >> 16 == 0xa9fe ? "a link-local address (RFC 3927)"
               : number >> 28 == 0xf    ? "an address reserved by RFC 1112"
                                        : nullptr;
    }
    return address.is_unspecified() ? "the unspecified address"
           : address.to_v6().is_link_local()
               ? "a link-local address, which means nothing without its interface (RFC 4291 2.5.6)"
               : nullptr;
}

namespace {

// What is talked to: protocol, address, port. Two servers that share one are the same server.
enum class Protocol { tftp, http, both };
using Endpoint = std::tuple<Protocol, IpAddress, std::uint16_t, std::uint16_t>;

std::string name(const std::string& id) {
    return "cluster " + shown(id);
}

std::string spot(const Position& where) {
    const std::string place = ConfigError::place(where);
    return place.substr(0, place.rfind(": "));
}

// What a cluster is called and how it is talked to: the same for those whose servers are written down and those whose servers
// are learned.
class DescriptionReader {
public:
    Cluster read(const MapReader& map) {
        Cluster cluster;
        cluster.id = read_id(map);
        cluster.fqdn = read_fqdn(map, cluster.id);
        cluster.description = read_description(map, cluster.id);
        static const std::vector<std::string_view> transports{"auto", "http", "https", "tftp"};
        cluster.transport = static_cast<Transport>(map.choice("transport", 0, transports));
        if (cluster.transport == Transport::https) {
            not_in_this_version(map.place("transport"), "\"transport\": \"https\" of " + name(cluster.id),
                                "set it to \"auto\", \"http\" or \"tftp\"");
        }
        cluster.secure = map.boolean("secure", false);
        cluster.rate_limit_kbps = map.number<std::uint32_t>("rate-limit-kbps", 0, 0, 10'000'000, "1000 bit/s (0 = no limit)");
        if (cluster.rate_limit_kbps != 0 && cluster.rate_limit_kbps < least_rate_limit_kbps) {
            map.fail("rate-limit-kbps", "the rate-limit-kbps of " + name(cluster.id) + " is " +
                                            std::to_string(cluster.rate_limit_kbps) +
                                            "; a limit must be at least 64, or a phone's firmware would not arrive before it "
                                            "gives up. Write 64 or more, or 0 for no limit.");
        }
        return cluster;
    }

private:
    std::string read_id(const MapReader& map) {
        map.require("cluster-id", "\"cluster-id\": \"hq\", a name of your choice");
        std::string id = map.text("cluster-id", "", 1, maximum_cluster_id);
        if (const auto bad = first_outside(id, ".-"); bad != std::string::npos) {
            map.fail("cluster-id", "the cluster-id " + shown(id) + " has the character " + shown(id.substr(bad, 1)) +
                                       "; it may have letters A-Z a-z, digits, '.' and '-'. Rename the cluster.");
        }
        // Without regard to case: the commands name clusters, and people do not see a difference.
        const auto [first, is_new] = ids_.emplace(to_lower(id), map.place("cluster-id"));
        if (!is_new) {
            map.fail("cluster-id",
                     "the cluster-id " + shown(id) + " is there already, at " + spot(first->second) +
                         "; each cluster needs its own, upper and lower case counting as the same. Rename one, or "
                         "give the first one this one's servers.");
        }
        return id;
    }

    static std::string read_fqdn(const MapReader& map, const std::string& id) {
        std::string fqdn = map.text("fqdn", "", 0, maximum_cluster_fqdn);
        if (const auto bad = first_outside(fqdn, ".-* "); bad != std::string::npos) {
            map.fail("fqdn", "the fqdn " + shown(fqdn) + " of " + name(id) + " has a character that is not allowed at place " +
                                 std::to_string(bad + 1) +
                                 "; it may have letters A-Z a-z, digits, '.', '-', '*' and blanks. Remove that character.");
        }
        return fqdn;
    }

    static std::string read_description(const MapReader& map, const std::string& id) {
        std::string description = map.text("description", "", 0, maximum_cluster_description);
        if (const auto bad = description.find_first_of("\"><\\-&%"); bad != std::string::npos) {
            map.fail("description", "the description of " + name(id) + " has the character " +
                                        shown(description.substr(bad, 1)) +
                                        "; it may have none of \" > < \\ - & %. Say it without.");
        }
        return description;
    }

    std::map<std::string, Position> ids_;
};

class ClusterReader {
public:
    ClusterReader(const OwnListeners& own, const Machine& machine, std::vector<std::string>& warnings)
        : own_(own), machine_(machine), warnings_(warnings) {}

    Cluster read(const ConstElementPtr& element) {
        const MapReader map(element, "remote-clusters",
                            {"cluster-id", "fqdn", "description", "tftp-servers", "transport", "secure", "rate-limit-kbps"});
        Cluster cluster = descriptions_.read(map);
        read_servers(map, cluster);
        return cluster;
    }

private:
    void read_servers(const MapReader& map, Cluster& cluster) {
        map.require("tftp-servers", "\"tftp-servers\": [ \"192.0.2.10\" ], the cluster's TFTP servers");
        const auto list = map.list("tftp-servers", 0, std::numeric_limits<std::size_t>::max());
        if (list.empty()) {
            map.fail("tftp-servers", name(cluster.id) +
                                         " has no tftp-servers; a cluster must have 1 to 3. Add the address of one, or "
                                         "remove the cluster.");
        }
        if (list.size() > maximum_servers_of_a_cluster) {
            map.fail("tftp-servers", name(cluster.id) + " has " + std::to_string(list.size()) +
                                         " tftp-servers; a cluster may have at most 3, asked in the order given. Remove " +
                                         (list.size() == 4 ? "one, or describe the fourth as a cluster of its own."
                                                           : "some, or describe the others as clusters of their own."));
        }
        for (const ConstElementPtr& element : list) {
            const RemoteServer server = read_server(element, cluster.id);
            const Position where = position_of(*element);
            refuse_own_listener(server, cluster, where);
            refuse_second_mention(server, cluster, where);
            cluster.servers.push_back(server);
        }
    }

    static RemoteServer read_server(const ConstElementPtr& element, const std::string& id) {
        RemoteServer server;
        if (element->getType() != Element::map) {
            server.address = read_address(*element, id);
            return server;
        }
        const MapReader map(element, "tftp-servers", {"address", "port", "http-port"});
        map.require("address", "\"address\": \"192.0.2.10\"");
        server.address = read_address(*map.get("address"), id);
        server.tftp_port = map.number<std::uint16_t>("port", 69, 1, 65535);
        server.http_port = map.number<std::uint16_t>("http-port", 6970, 1, 65535);
        return server;
    }

    static IpAddress read_address(const Element& element, const std::string& id) {
        const std::string what = "a TFTP server of " + name(id);
        const std::string written = checked_text(element, what, 1, 64);
        boost::system::error_code error;
        const IpAddress address = unmapped(boost::asio::ip::make_address(written, error));
        if (error || written.find('%') != std::string::npos) {
            throw ConfigError(position_of(element),
                              what + " is " + shown(written) +
                                  ", which is not an IPv4 or IPv6 address; names are not looked up. Write "
                                  "an address such as \"192.0.2.10\" or \"2001:db8::10\".");
        }
        if (const char* kind = why_no_server(address)) {
            throw ConfigError(position_of(element), what + " is " + shown(written) + ", " + kind +
                                                        "; it must be the address of one reachable server. Write that one.");
        }
        return address;
    }

    void refuse_own_listener(const RemoteServer& server, const Cluster& cluster, const Position& where) {
        if (!machine_.has(server.address)) {
            return;
        }
        const bool tftp = cluster.transport != Transport::http && server.tftp_port == own_.tftp_port;
        const bool http = cluster.transport != Transport::tftp && own_.http_port != 0 && server.http_port == own_.http_port;
        if (tftp || http) {
            throw ConfigError(where,
                              name(cluster.id) + " has " + server.address.to_string() + " port " +
                                  std::to_string(tftp ? server.tftp_port : server.http_port) +
                                  " as a TFTP server, which is this daemon's own listener; it would ask itself. Name the "
                                  "remote server, or give the port of the other program on this machine.");
        }
        warnings_.push_back(ConfigError::place(where) + name(cluster.id) + " has a TFTP server on this machine, " +
                            server.address.to_string() +
                            "; requests from that address are not passed on to clusters (they would "
                            "go in circles).");
    }

    void refuse_second_mention(const RemoteServer& server, const Cluster& cluster, const Position& where) {
        std::vector<Endpoint> endpoints{{Protocol::both, server.address, server.tftp_port, server.http_port}};
        if (cluster.transport != Transport::http) {
            endpoints.emplace_back(Protocol::tftp, server.address, server.tftp_port, std::uint16_t{0});
        }
        if (cluster.transport != Transport::tftp) {
            endpoints.emplace_back(Protocol::http, server.address, server.http_port, std::uint16_t{0});
        }
        for (const Endpoint& endpoint : endpoints) {
            if (const auto first = servers_.find(endpoint); first != servers_.end()) {
                throw ConfigError(where, name(cluster.id) + " has the TFTP server " + server.address.to_string() +
                                             ", which is there already, at " + spot(first->second) +
                                             "; a server may be there once, in one cluster. Remove one of them.");
            }
        }
        for (const Endpoint& endpoint : endpoints) {
            servers_.emplace(endpoint, where);
        }
    }

    const OwnListeners& own_;
    const Machine& machine_;
    std::vector<std::string>& warnings_;
    DescriptionReader descriptions_;
    std::map<Endpoint, Position> servers_;
};

}  // namespace

std::vector<Cluster> read_clusters(const std::vector<ConstElementPtr>& list, const OwnListeners& own, const Machine& machine,
                                   std::vector<std::string>& warnings) {
    ClusterReader reader(own, machine, warnings);
    std::vector<Cluster> clusters;
    clusters.reserve(list.size());
    for (const ConstElementPtr& element : list) {
        clusters.push_back(reader.read(element));
    }
    return clusters;
}

std::vector<Cluster> read_discovered_clusters(const std::vector<ConstElementPtr>& list, const std::vector<Cluster>& configured,
                                              std::vector<std::string>& warnings) {
    DescriptionReader descriptions;
    std::vector<Cluster> clusters;
    clusters.reserve(list.size());
    for (const ConstElementPtr& element : list) {
        const MapReader map(element, "clusters of \"discovery\"",
                            {"cluster-id", "fqdn", "description", "transport", "secure", "rate-limit-kbps"});
        Cluster cluster = descriptions.read(map);
        map.require("fqdn", "\"fqdn\": \"cucm.example.com\", the name that is looked up");
        if (cluster.fqdn.find_first_of("* ") != std::string::npos || cluster.fqdn.find_first_not_of('.') == std::string::npos ||
            cluster.fqdn.find("..") != std::string::npos || cluster.fqdn.front() == '.') {
            map.fail("fqdn", "the fqdn of " + name(cluster.id) + " is " + shown(cluster.fqdn) +
                                 ", which is no name that can be looked up. Write a host name such as \"cucm.example.com\".");
        }
        const auto winner = std::find_if(configured.begin(), configured.end(), [&](const Cluster& one) {
            return same_letters(one.id, cluster.id) || same_letters(one.fqdn, cluster.fqdn);
        });
        if (winner != configured.end()) {
            warnings.push_back(ConfigError::place(map.place()) + name(cluster.id) +
                               " of \"discovery\" is not looked up: " + name(winner->id) +
                               " of \"remote-clusters\" has the same cluster-id or fqdn, and what is "
                               "configured there wins.");
            continue;
        }
        clusters.push_back(std::move(cluster));
    }
    return clusters;
}

}  // namespace branchline
