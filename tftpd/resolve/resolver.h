// "Which bytes answer this name?" One rule set for TFTP and HTTP (docs/protocol.md): own files, cache, remote clusters, last
// good copy. One fetch per name and cluster however many phones ask.
//
// resolve() may be called from any thread. Own files are looked up on the caller's thread; everything else happens on the
// resolver's own thread, where all remote servers are talked to, and signing on one beside it.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/store/content.h"
#include "tftpd/upstream/cluster_traffic.h"
#include "tftpd/upstream/learned_clusters.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace branchline {

class LeaseTable;
namespace trust {
class CertificateStores;
class OwnLists;
class Signer;
}  // namespace trust

/// What signatures are checked by, and the trust lists of our own. Null: none. All of it outlives the resolver.
struct TrustSources {
    const trust::CertificateStores* certificates = nullptr;  ///< without it nothing of a secure cluster is passed on
    const trust::OwnLists* lists = nullptr;
};

/// What somebody asks for.
struct Question {
    std::string name;           ///< as it came from the wire, not yet made safe
    IpAddress asked_by;         ///< who asks; a configured server's address makes the loop rule apply; unspecified: ourselves
    bool marked_proxy = false;  ///< carries a proxy's mark: answered from own files and cache only
};

struct Answer {
    enum class Kind {
        content,      ///< `content` is set
        not_found,    ///< nowhere: ERROR 1 / 404
        refused,      ///< the name breaks a rule: ERROR 2 / 403
        unavailable,  ///< nobody who may have it can be reached, and there is no last good copy: ERROR 0 / 503
    };
    Kind kind = Kind::not_found;
    ContentPtr content;
    /// For the log: "files", "signed", "stripped", "own-list", "cache:ID", "cluster:ID", "stale:ID", "negative", "loop",
    /// "limit", "binding", "secure", or "".
    std::string source;
    std::string reason;      ///< for the log, when there is no content
    std::string to_phone{};  ///< said beside the code instead of its usual text; empty = that
};

/// The source of the answer to who asks only whether we live (upstream/probe_name.h): neither logged nor counted.
inline constexpr std::string_view probe_source = "probe";

/// A copy in the cache, for tftp-cache-list.
struct CacheEntry {
    std::string name;
    std::string cluster;
    std::uint64_t size = 0;      ///< bytes
    std::chrono::seconds age{};  ///< since it was fetched
    bool fresh = false;
};

/// What is known of one remote server, for tftp-cluster-list.
struct ServerStatus {
    RemoteServer server;
    bool up = true;
    std::string transport;  ///< what works: "http", "tftp" or "unknown"
    unsigned failures = 0;  ///< in a row
    std::string last_error;
    std::optional<std::chrono::seconds> since_last_answer;
    std::optional<std::chrono::seconds> since_it_asked_us;  ///< it is a proxy that has us as its cluster: a loop
};
struct ClusterStatus {
    std::string id;
    Cluster cluster;                             ///< as it is asked now
    std::optional<DiscoveryStatus> discovery{};  ///< if its servers are learned
    std::vector<ServerStatus> servers;
    ClusterTraffic traffic;
};

/// How full the cache is.
struct CacheTotals {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;  ///< on disk
};

/// One phone's configuration that a second cluster has, too.
struct Rival {
    std::string name;   ///< of the file
    std::string owner;  ///< cluster-id of whose copy phones got
    std::string other;  ///< cluster-id of who has one, too
    TimePoint seen{};
};

/// Which cache entries a flush names; empty members match everything.
struct FlushSelection {
    std::string name;     ///< file name, without regard to case
    std::string cluster;  ///< cluster-id
    std::string phone;    ///< MAC as 12 hexadecimal digits: every name that carries it
};

class Resolver {
public:
    /// Opens (or makes) the cache; a cache that cannot be used is said in the log and everything is served uncached. `leases`,
    /// which outlives it, is what "device-binding" goes by.
    Resolver(ConfigPtr config, const LeaseTable& leases, TrustSources trust = {});
    ~Resolver();  ///< stops the thread; questions still open are answered `unavailable`
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// Answers exactly once, by calling `done` either before this returns, on the caller's thread, or later on a thread of the
    /// resolver's. `done` must not throw and must not block.
    void resolve(const Question& question, std::function<void(Answer)> done);

    /// Takes a new configuration. What was asked before is still answered by the old one. Owners, health and cache entries of
    /// clusters that stayed are kept.
    void reconfigure(ConfigPtr config);

    /// The phone with this MAC (12 hexadecimal digits) has got a lease, and asked for `names` when it booted last: see
    /// ResolverCore::phone_boots(). Any thread; does not wait.
    void phone_boots(std::string mac, std::vector<std::string> names);

    /// For prewarming, see FileCache; any thread. A name that is not safe is not there.
    bool hold(const std::string& name, std::chrono::seconds time);
    void outdate(const std::string& name);

    /// Who signs own files; null while the key is being opened or made, and if there is none. `signer_fault` says why.
    [[nodiscard]] std::shared_ptr<const trust::Signer> signer();
    [[nodiscard]] std::string signer_fault();

    /// What would answer the name without a cluster being asked: an own file ("files"; "signed": it would be signed first), a
    /// list of our own, or a copy in the cache ("cache:ID"), fresh or not. May read the disk.
    struct AtHand {
        ContentPtr content;
        std::string source;
    };
    [[nodiscard]] std::optional<AtHand> at_hand(const std::string& name);

    // For commands; each waits for the resolver's thread.
    [[nodiscard]] std::vector<ClusterStatus> cluster_status();
    /// Looks up the servers of one cluster (empty: of all) whose servers are learned, and waits for the DNS at most so long.
    /// Returns how many are looked up.
    std::size_t refresh_clusters(const std::string& id, std::chrono::milliseconds patience);
    [[nodiscard]] std::vector<Rival> rivals();
    [[nodiscard]] std::vector<CacheEntry> cache_entries();
    [[nodiscard]] CacheTotals cache_totals();
    [[nodiscard]] std::size_t flush(const FlushSelection& selection);  ///< entries removed, negative ones included

    /// One beat of the resolver's thread (ThreadPulse); returns how many it has missed. For one asking thread.
    unsigned beat();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
