#include "tftpd/upstream/prober.h"

#include "tftpd/log/log.h"
#include "tftpd/upstream/http_fetch.h"
#include "tftpd/upstream/probe_name.h"
#include "tftpd/upstream/tftp_fetch.h"
#include "upstream_messages.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <list>
#include <utility>

namespace branchline {

namespace asio = boost::asio;

namespace {

// Together with the probe's own patience this finds a server again within HealthTable::probe_interval + 2 s.
constexpr std::chrono::milliseconds tick{500};

constexpr std::size_t max_probes = 16;  // under way at once; further ones wait for the next tick

const Cluster* cluster_of(const std::vector<Cluster>& clusters, const RemoteServer& server) {
    const auto found = std::find_if(clusters.begin(), clusters.end(), [&](const Cluster& cluster) {
        return std::find(cluster.servers.begin(), cluster.servers.end(), server) != cluster.servers.end();
    });
    return found == clusters.end() ? nullptr : &*found;
}

class Probes final : public std::enable_shared_from_this<Probes> {
public:
    Probes(asio::io_context& io, std::vector<Cluster> clusters, HealthTable& health,
           std::function<void(const RemoteServer&)> on_change)
        : io_(io), clusters_(std::move(clusters)), health_(health), on_change_(std::move(on_change)), timer_(io) {}

    void set_clusters(std::vector<Cluster> clusters) { clusters_ = std::move(clusters); }
    void on_tick();
    void stop() {
        stopped_ = true;
        timer_.cancel();
        probes_.clear();
    }

private:
    struct Probe {
        RemoteServer server;
        std::vector<std::unique_ptr<Attempt>> attempts;
        unsigned under_way = 0;
        std::string reasons{};
    };
    using Place = std::list<Probe>::iterator;

    void start(const RemoteServer& server, const Cluster& cluster);
    void add(const Place& probe, Transport by);
    void on_life(const Place& probe, Transport by);
    void on_death(const Place& probe, const std::string& reason);

    asio::io_context& io_;
    std::vector<Cluster> clusters_;
    HealthTable& health_;
    std::function<void(const RemoteServer&)> on_change_;
    asio::steady_timer timer_;
    std::list<Probe> probes_;
    bool stopped_ = false;
};

void Probes::on_tick() {
    if (stopped_) {
        return;
    }
    for (const RemoteServer& server : health_.due(clusters_, Clock::now())) {
        const bool under_way =
            std::any_of(probes_.begin(), probes_.end(), [&](const Probe& probe) { return probe.server == server; });
        const Cluster* const cluster = cluster_of(clusters_, server);
        if (!under_way && cluster != nullptr && probes_.size() < max_probes) {
            start(server, *cluster);
        }
    }
    timer_.expires_after(tick);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) {
            self->on_tick();
        }
    });
}

// Both transports at once: a probe costs nobody's time, and either one's answer is life.
void Probes::start(const RemoteServer& server, const Cluster& cluster) {
    const auto probe = probes_.insert(probes_.end(), Probe{server, {}, 0});
    if (cluster.transport == Transport::automatic || cluster.transport == Transport::http) {
        add(probe, Transport::http);
    }
    if (cluster.transport == Transport::automatic || cluster.transport == Transport::tftp) {
        add(probe, Transport::tftp);
    }
    if (probe->attempts.empty()) {
        probes_.erase(probe);
    }
}

// The attempts belong to the probe and the probe to this object, so that `this` and the place live whenever an event comes.
void Probes::add(const Place& probe, Transport by) {
    AttemptSettings settings;
    settings.name = probe_name;
    settings.max_size = probe_max_size;
    AttemptEvents events;
    events.connected = [] {};
    events.found = [this, probe, by](std::optional<std::uint64_t>) { on_life(probe, by); };
    events.bytes = [](ByteView) {};
    events.done = [this, probe, by](const AttemptOutcome& outcome) {
        if (outcome.end == AttemptEnd::no_answer || outcome.end == AttemptEnd::stalled) {
            on_death(probe, outcome.reason);
        } else {
            on_life(probe, by);
        }
    };
    probe->attempts.push_back(by == Transport::http ? start_http_fetch(io_, probe->server, settings, std::move(events))
                                                    : start_tftp_fetch(io_, probe->server, settings, std::move(events)));
    ++probe->under_way;
}

void Probes::on_life(const Place& probe, Transport by) {
    const RemoteServer server = probe->server;
    probes_.erase(probe);
    const bool was_up = health_.of(server).up;
    health_.answered(server, by, Clock::now());
    if (was_up) {
        return;  // it was only suspected
    }
    LOG_INFO(upstream_logger, UPSTREAM_SERVER_UP).arg(server.address.to_string()).arg(by == Transport::http ? "http" : "tftp");
    if (on_change_) {
        on_change_(server);
    }
}

void Probes::on_death(const Place& probe, const std::string& reason) {
    probe->reasons += (probe->reasons.empty() ? "" : "; ") + reason;
    if (--probe->under_way > 0) {
        return;
    }
    const Cluster* const cluster = cluster_of(clusters_, probe->server);
    if (cluster != nullptr && health_.of(probe->server).up) {
        LOG_WARN(upstream_logger, UPSTREAM_SERVER_DOWN)
            .arg(cluster->id)
            .arg(probe->server.address.to_string())
            .arg(probe->reasons);
    }
    health_.failed(probe->server, std::move(probe->reasons), Clock::now());
    probes_.erase(probe);
}

class ProberHandle final : public Prober {
public:
    explicit ProberHandle(std::shared_ptr<Probes> probes) : probes_(std::move(probes)) {}
    ProberHandle(const ProberHandle&) = delete;
    ProberHandle& operator=(const ProberHandle&) = delete;
    ~ProberHandle() override { probes_->stop(); }
    void set_clusters(std::vector<Cluster> clusters) override { probes_->set_clusters(std::move(clusters)); }

private:
    std::shared_ptr<Probes> probes_;
};

}  // namespace

std::unique_ptr<Prober> start_prober(asio::io_context& io, std::vector<Cluster> clusters, HealthTable& health,
                                     std::function<void(const RemoteServer&)> on_change) {
    auto probes = std::make_shared<Probes>(io, std::move(clusters), health, std::move(on_change));
    asio::post(io, [probes] { probes->on_tick(); });
    return std::make_unique<ProberHandle>(std::move(probes));
}

}  // namespace branchline
