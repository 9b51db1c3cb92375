#include "tftpd/upstream/learned_clusters.h"

#include "tftpd/config/cluster_rules.h"

#include <algorithm>
#include <utility>

namespace branchline {
namespace {

using std::chrono::seconds;

bool overlap(const RemoteServer& a, const RemoteServer& b) {
    return a.address == b.address && (a.tftp_port == b.tftp_port || a.http_port == b.http_port);
}

/// Why the DNS's word is not taken for this one; empty if it is.
std::string why_not(const RemoteServer& server, const Config& config, const Machine& machine,
                    const std::vector<Cluster>& before) {
    if (const char* kind = why_no_server(server.address)) {
        return kind;
    }
    if (server.address.is_loopback()) {
        return "a loopback address";
    }
    if (machine.has(server.address) &&
        (server.tftp_port == config.tftp_port || (config.http_port != 0 && server.http_port == config.http_port))) {
        return "our own listener";
    }
    for (const auto& cluster : before) {
        if (std::any_of(cluster.servers.begin(), cluster.servers.end(),
                        [&](const RemoteServer& other) { return overlap(server, other); })) {
            return "a server of cluster " + cluster.id;
        }
    }
    return {};
}

}  // namespace

LearnedClusters::Entry* LearnedClusters::find(const Wanted& wanted) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.cluster.id == wanted.id && entry.cluster.fqdn == wanted.fqdn;
    });
    return found == entries_.end() ? nullptr : &*found;
}

void LearnedClusters::configure(const Discovery& discovery, TimePoint now) {
    std::vector<Entry> entries;
    for (const auto& cluster : discovery.clusters) {
        Entry entry;
        entry.cluster = cluster;
        entry.due = now;
        if (auto* known = find({cluster.id, cluster.fqdn})) {
            entry.cluster.servers = known->cluster.servers;
            entry.due = std::min(known->due, now + discovery.max_refresh);
            entry.under_way = known->under_way;
            entry.learned_at = known->learned_at;
            entry.last_error = known->last_error;
        }
        entries.push_back(std::move(entry));
    }
    entries_ = std::move(entries);
    min_refresh_ = discovery.min_refresh;
    max_refresh_ = discovery.max_refresh;
}

void LearnedClusters::restore(const std::vector<LearnedCluster>& known) {
    for (const auto& one : known) {
        if (auto* entry = find({one.id, one.fqdn}); entry != nullptr && entry->cluster.servers.empty()) {
            entry->cluster.servers = one.servers;
        }
    }
}

std::vector<LearnedClusters::Wanted> LearnedClusters::take_due(TimePoint now) {
    std::vector<Wanted> wanted;
    auto room = max_asked_at_once - std::min(max_asked_at_once, under_way());
    for (auto& entry : entries_) {
        if (room > 0 && !entry.under_way && entry.due <= now) {
            entry.under_way = true;
            wanted.push_back({entry.cluster.id, entry.cluster.fqdn});
            --room;
        }
    }
    return wanted;
}

LearnedClusters::Outcome LearnedClusters::learned(const Wanted& wanted, const DnsResult& result, TimePoint now) {
    auto* entry = find(wanted);
    if (entry == nullptr) {
        return Outcome::unknown;
    }
    entry->under_way = false;
    // A part of the answer does not take the place of all of it.
    const bool whole = result.error.empty();
    if (!result.servers.empty() && (whole || entry->cluster.servers.empty())) {
        const bool changed = std::exchange(entry->cluster.servers, result.servers) != result.servers;
        entry->learned_at = now;
        entry->last_error = result.error;
        entry->due = now + (whole ? std::clamp(result.lifetime, min_refresh_, max_refresh_) : std::max(retry, min_refresh_));
        return changed ? Outcome::changed : Outcome::same;
    }
    entry->last_error = result.error;
    entry->due = now + std::min(std::max(retry, min_refresh_), max_refresh_);
    return Outcome::failed;
}

std::size_t LearnedClusters::refresh(const std::string& id, TimePoint now) {
    std::size_t count = 0;
    for (auto& entry : entries_) {
        if (id.empty() || entry.cluster.id == id) {
            entry.due = std::min(entry.due, now);
            ++count;
        }
    }
    return count;
}

std::optional<TimePoint> LearnedClusters::deadline() const {
    std::optional<TimePoint> next;
    if (under_way() >= max_asked_at_once) {
        return next;  // an answer makes room
    }
    for (const auto& entry : entries_) {
        if (!entry.under_way) {
            next = next ? std::min(*next, entry.due) : entry.due;
        }
    }
    return next;
}

std::size_t LearnedClusters::under_way() const {
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(), [](const Entry& entry) { return entry.under_way; }));
}

std::vector<LearnedCluster> LearnedClusters::known() const {
    std::vector<LearnedCluster> known;
    for (const auto& entry : entries_) {
        if (!entry.cluster.servers.empty()) {
            known.push_back({entry.cluster.id, entry.cluster.fqdn, entry.cluster.servers});
        }
    }
    return known;
}

std::vector<DiscoveryStatus> LearnedClusters::status(TimePoint now) const {
    std::vector<DiscoveryStatus> all;
    for (const auto& entry : entries_) {
        DiscoveryStatus status;
        status.id = entry.cluster.id;
        status.last_error = entry.last_error;
        if (entry.learned_at) {
            status.since_learned = std::chrono::duration_cast<seconds>(now - *entry.learned_at);
        }
        if (!entry.under_way) {
            status.next_lookup = std::max(seconds(0), std::chrono::duration_cast<seconds>(entry.due - now));
        }
        all.push_back(std::move(status));
    }
    return all;
}

EffectiveClusters LearnedClusters::effective(const Config& config, const Machine& machine) const {
    EffectiveClusters effective{config.clusters, {}};
    for (const auto& entry : entries_) {
        Cluster cluster = entry.cluster;
        cluster.servers.clear();
        for (const auto& server : entry.cluster.servers) {
            auto why = why_not(server, config, machine, effective.clusters);
            if (why.empty() && cluster.servers.size() >= maximum_servers_of_a_cluster) {
                why = "the DNS names more than 3 servers, and the first 3 are used";
            }
            if (why.empty()) {
                cluster.servers.push_back(server);
            } else {
                effective.left_out.push_back(cluster.id + ' ' + server.address.to_string() + ": " + why);
            }
        }
        effective.clusters.push_back(std::move(cluster));
    }
    return effective;
}

}  // namespace branchline
