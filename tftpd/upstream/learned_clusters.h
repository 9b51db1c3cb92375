// Which servers the clusters of "discovery" have, as far as they were learned, and when to look again: pure bookkeeping, time
// is an argument, the DNS is asked by discovery.h.
//
//   nothing known --answer--> known --lifetime over--> known, asked again --answer--> known
//                                                             `--no answer, or a part of it--> what is known stays
//
// What the DNS says is believed only as far as it can be a cluster: addresses that cannot be one server's, our own listener,
// and servers of another cluster are left out, and of the others the first three are taken.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/config/machine.h"
#include "tftpd/upstream/dns_lookup.h"

#include <optional>
#include <string>
#include <vector>

namespace branchline {

/// For tftp-cluster-list.
struct DiscoveryStatus {
    std::string id;
    std::optional<std::chrono::seconds> since_learned{};  ///< by this run of the daemon
    std::optional<std::chrono::seconds> next_lookup{};    ///< nothing: under way
    std::string last_error{};
};

/// What outlives a restart.
struct LearnedCluster {
    std::string id;
    std::string fqdn;
    std::vector<RemoteServer> servers;
    bool operator==(const LearnedCluster&) const = default;
};

/// The clusters that requests go to.
struct EffectiveClusters {
    std::vector<Cluster> clusters;      ///< those that are configured whole, then the learned ones, in their orders
    std::vector<std::string> left_out;  ///< what the DNS named and is not used, as "ID ADDRESS: why"
};

class LearnedClusters {
public:
    static constexpr std::size_t max_asked_at_once = 16;
    static constexpr std::chrono::seconds retry{30};  ///< after a lookup that failed; not shorter than min-refresh

    /// Takes over what is known of clusters whose cluster-id and fqdn stay. New ones are due now.
    void configure(const Discovery& discovery, TimePoint now);
    void restore(const std::vector<LearnedCluster>& known);

    struct Wanted {
        std::string id;
        std::string fqdn;
    };
    /// Those to look up now; they are under way until learned() is called for them.
    std::vector<Wanted> take_due(TimePoint now);

    enum class Outcome { unknown, changed, same, failed };
    /// `unknown`: that cluster is not wanted any more.
    Outcome learned(const Wanted& wanted, const DnsResult& result, TimePoint now);

    /// Makes one cluster (empty: all) due now. Returns how many.
    std::size_t refresh(const std::string& id, TimePoint now);

    [[nodiscard]] std::optional<TimePoint> deadline() const;
    [[nodiscard]] std::size_t under_way() const;
    [[nodiscard]] std::vector<LearnedCluster> known() const;
    [[nodiscard]] std::vector<DiscoveryStatus> status(TimePoint now) const;

    /// `config` with the clusters learned so far. A cluster of which nothing is known yet is there without servers: nobody can
    /// say that it does not have a name.
    [[nodiscard]] EffectiveClusters effective(const Config& config, const Machine& machine) const;

private:
    struct Entry {
        Cluster cluster;  // with all servers that the DNS named
        TimePoint due{};
        bool under_way = false;
        std::optional<TimePoint> learned_at{};
        std::string last_error{};
    };
    Entry* find(const Wanted& wanted);

    std::vector<Entry> entries_;
    std::chrono::seconds min_refresh_{60};
    std::chrono::seconds max_refresh_{3600};
};

}  // namespace branchline
