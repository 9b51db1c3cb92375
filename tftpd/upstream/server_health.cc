#include "tftpd/upstream/server_health.h"

#include <algorithm>
#include <set>
#include <utility>

namespace branchline {

HealthTable::Key HealthTable::key_of(const RemoteServer& server) {
    return {server.address.to_string() + " " + std::to_string(server.tftp_port) + " " + std::to_string(server.http_port)};
}

ServerHealth& HealthTable::of(const RemoteServer& server) {
    return servers_[key_of(server)];
}

std::optional<ServerHealth> HealthTable::find(const RemoteServer& server) const {
    const auto found = servers_.find(key_of(server));
    return found == servers_.end() ? std::nullopt : std::optional(found->second);
}

void HealthTable::answered(const RemoteServer& server, Transport by, TimePoint now) {
    ServerHealth& health = of(server);
    health.up = true;
    health.suspected = false;
    health.failures = 0;
    health.last_answer = now;
    health.works = by;
    health.last_error.clear();
}

void HealthTable::failed(const RemoteServer& server, std::string reason, TimePoint now) {
    ServerHealth& health = of(server);
    health.up = false;
    health.suspected = false;
    ++health.failures;
    health.next_probe = now + probe_interval;
    health.last_error = std::move(reason);
    // It may come back as another program: what the old one could do is no longer known.
    health.works.reset();
    health.tftp_options = false;
    health.doubted_until = {};
}

void HealthTable::suspect(const RemoteServer& server, TimePoint now) {
    ServerHealth& health = of(server);
    if (health.up && !health.suspected) {
        health.suspected = true;
        health.next_probe = now;
    }
}

void HealthTable::outrun(const RemoteServer& server, TimePoint now) {
    suspect(server, now);
    of(server).doubted_until = now + slow_doubt;
}

void HealthTable::broke(const RemoteServer& server, std::string reason, TimePoint now) {
    ServerHealth& health = of(server);
    health.last_error = std::move(reason);
    health.doubted_until = now + doubt;
}

std::vector<RemoteServer> HealthTable::order(const Cluster& cluster, TimePoint now) const {
    std::vector<RemoteServer> up;
    std::vector<RemoteServer> doubted;
    for (const RemoteServer& server : cluster.servers) {
        const auto known = servers_.find(key_of(server));
        if (known == servers_.end() || known->second.up) {
            const bool in_doubt = known != servers_.end() && now < known->second.doubted_until;
            (in_doubt ? doubted : up).push_back(server);
        }
    }
    up.insert(up.end(), doubted.begin(), doubted.end());
    return up;
}

std::vector<RemoteServer> HealthTable::due(const std::vector<Cluster>& clusters, TimePoint now) const {
    std::vector<RemoteServer> servers;
    for (const Cluster& cluster : clusters) {
        for (const RemoteServer& server : cluster.servers) {
            const auto known = servers_.find(key_of(server));
            const bool is_due =
                known != servers_.end() && (!known->second.up || known->second.suspected) && known->second.next_probe <= now;
            if (is_due && std::find(servers.begin(), servers.end(), server) == servers.end()) {
                servers.push_back(server);
            }
        }
    }
    return servers;
}

void HealthTable::keep_only(const std::vector<Cluster>& clusters) {
    std::set<Key> kept;
    for (const Cluster& cluster : clusters) {
        for (const RemoteServer& server : cluster.servers) {
            kept.insert(key_of(server));
        }
    }
    std::erase_if(servers_, [&kept](const auto& entry) { return !kept.contains(entry.first); });
}

}  // namespace branchline
