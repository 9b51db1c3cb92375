// Which remote servers answer, and how: pure bookkeeping, time is an argument. A server that failed once is passed over until a
// probe (prober.h) has found it again: time alone does not bring it back, so that a dead one costs one phone two seconds at
// most and no other anything.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace branchline {

/// What is known of one server.
struct ServerHealth {
    bool up = true;
    unsigned failures = 0;   ///< in a row
    bool suspected = false;  ///< up, as far as is known, but silent when it was asked last
    TimePoint next_probe{};  ///< while down or suspected
    std::optional<TimePoint> last_answer{};
    std::optional<Transport> works{};  ///< http or tftp, for transport "auto"
    bool tftp_options = false;         ///< it has answered a TFTP request with OACK
    std::string last_error{};
    TimePoint doubted_until{};  ///< it sent something broken, or was slow: asked after the cluster's other servers until then
};

class HealthTable {
public:
    /// Time between probes of a server that is down: 10 s, so that recovery is noticed within 15.
    static constexpr std::chrono::seconds probe_interval{10};

    /// How long a server that sent something broken is asked last. A phone asks again within seconds, and must not meet the
    /// same broken file again while another server has a whole one.
    static constexpr std::chrono::seconds doubt{60};

    /// The same for one that was slower than the next. It may have been dead and be back: that is noticed within 15 s, too.
    static constexpr std::chrono::seconds slow_doubt{10};

    [[nodiscard]] ServerHealth& of(const RemoteServer& server);
    [[nodiscard]] std::optional<ServerHealth> find(const RemoteServer& server) const;

    void answered(const RemoteServer& server, Transport by, TimePoint now);
    void failed(const RemoteServer& server, std::string reason, TimePoint now);

    /// It was silent, for a time that a living server may need too: to be probed at once. It stays up until the probe fails.
    void suspect(const RemoteServer& server, TimePoint now);

    /// The next server answered while it was still silent: it is probed at once, and asked after the others for `slow_doubt`,
    /// so that neither a dead nor a slow one costs the next phones the same wait.
    void outrun(const RemoteServer& server, TimePoint now);

    /// It answered, but not with the whole file. It stays up: other files may be sound.
    void broke(const RemoteServer& server, std::string reason, TimePoint now);

    /// The servers of a cluster in the order to ask them: those that are up, as listed, and of these the doubted ones last.
    /// Empty = all are down.
    [[nodiscard]] std::vector<RemoteServer> order(const Cluster& cluster, TimePoint now) const;

    /// Servers of these clusters whose probe is due.
    [[nodiscard]] std::vector<RemoteServer> due(const std::vector<Cluster>& clusters, TimePoint now) const;

    /// Forgets servers that are in none of these clusters.
    void keep_only(const std::vector<Cluster>& clusters);

private:
    struct Key {
        std::string text;  ///< address, ports
        auto operator<=>(const Key&) const = default;
    };
    static Key key_of(const RemoteServer& server);
    std::map<Key, ServerHealth> servers_;
};

}  // namespace branchline
