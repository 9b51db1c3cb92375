#include "tftpd/upstream/discovery.h"

#include "tftpd/log/log.h"
#include "tftpd/upstream/dns_lookup.h"
#include "tftpd/upstream/learned_file.h"
#include "upstream_messages.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace branchline {

namespace asio = boost::asio;

struct ClusterDiscovery::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& given_io, const Config& config, std::function<void()> given_changed)
        : io(given_io),
          timer(given_io),
          changed(std::move(given_changed)),
          directory(config.cache.path),
          settings(config.discovery) {
        clusters.configure(settings, Clock::now());
        clusters.restore(read_learned_file(directory));
    }

    void look();
    void wait();
    void on_result(const LearnedClusters::Wanted& wanted, const DnsResult& result);
    void keep();

    asio::io_context& io;
    asio::steady_timer timer;
    std::function<void()> changed;
    std::filesystem::path directory;
    Discovery settings;
    LearnedClusters clusters;
    std::unique_ptr<DnsLookup> dns;  // made when there is something to look up
    std::unique_ptr<asio::thread_pool> writer;
    std::set<std::string> failing;  // said in the log
    std::vector<std::string> left_out;
    bool dns_failed = false;
    bool started = false;
};

// Asks for what is due, and says when to look again.
void ClusterDiscovery::Impl::look() {
    if (!started) {
        return;
    }
    if (!dns && !dns_failed && !settings.clusters.empty()) {
        std::string error;
        dns = make_dns_lookup(io, settings.dns_servers, error);
        dns_failed = !dns;
        if (dns_failed) {
            LOG_ERROR(upstream_logger, DISCOVERY_UNAVAILABLE).arg(error);
        }
    }
    if (dns) {
        for (const auto& wanted : clusters.take_due(Clock::now())) {
            dns->start(wanted.fqdn, [weak = weak_from_this(), wanted](const DnsResult& result) {
                if (const auto self = weak.lock()) {
                    self->on_result(wanted, result);
                }
            });
        }
        wait();
    }
}

void ClusterDiscovery::Impl::wait() {
    const auto next = clusters.deadline();
    if (!next) {
        return;
    }
    timer.expires_at(*next);
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        if (const auto self = weak.lock(); self && !error) {
            self->look();
        }
    });
}

void ClusterDiscovery::Impl::on_result(const LearnedClusters::Wanted& wanted, const DnsResult& result) {
    const auto outcome = clusters.learned(wanted, result, Clock::now());
    switch (outcome) {
        case LearnedClusters::Outcome::unknown:
            break;
        case LearnedClusters::Outcome::failed:
            if (failing.insert(wanted.id).second) {
                LOG_WARN(upstream_logger, DISCOVERY_FAILED).arg(wanted.id).arg(wanted.fqdn).arg(result.error);
            }
            break;
        case LearnedClusters::Outcome::changed:
            LOG_INFO(upstream_logger, DISCOVERY_LEARNED)
                .arg(wanted.id)
                .arg(wanted.fqdn)
                .arg(result.servers.size())
                .arg(result.lifetime.count());
            failing.erase(wanted.id);
            keep();
            changed();
            break;
        case LearnedClusters::Outcome::same:
            failing.erase(wanted.id);
            break;
    }
    look();
}

void ClusterDiscovery::Impl::keep() {
    if (!writer) {
        writer = std::make_unique<asio::thread_pool>(1);
    }
    asio::post(*writer, [known = clusters.known(), where = directory] {
        if (const auto written = write_learned_file(where, known); !written) {
            LOG_WARN(upstream_logger, DISCOVERY_NOT_KEPT).arg(written.error().text);
        }
    });
}

ClusterDiscovery::ClusterDiscovery(asio::io_context& io, const Config& config, std::function<void()> changed)
    : impl_(std::make_shared<Impl>(io, config, std::move(changed))) {}

ClusterDiscovery::~ClusterDiscovery() {
    impl_->started = false;
    impl_->timer.cancel();
    impl_->dns.reset();
    if (impl_->writer) {
        impl_->writer->join();
    }
}

void ClusterDiscovery::start() {
    impl_->started = true;
    impl_->look();
}

void ClusterDiscovery::reconfigure(const Config& config) {
    impl_->directory = config.cache.path;
    impl_->clusters.configure(config.discovery, Clock::now());
    if (impl_->dns && config.discovery.dns_servers != impl_->settings.dns_servers) {
        impl_->dns->use(config.discovery.dns_servers);
    }
    impl_->settings = config.discovery;
    impl_->look();
}

std::size_t ClusterDiscovery::refresh(const std::string& id) {
    const auto count = impl_->clusters.refresh(id, Clock::now());
    impl_->look();
    return count;
}

bool ClusterDiscovery::busy() const {
    return impl_->clusters.under_way() > 0;
}

std::vector<DiscoveryStatus> ClusterDiscovery::status() const {
    return impl_->clusters.status(Clock::now());
}

std::vector<Cluster> ClusterDiscovery::effective(const Config& config) {
    auto effective = impl_->clusters.effective(config, this_machine());
    for (const auto& one : effective.left_out) {
        if (std::find(impl_->left_out.begin(), impl_->left_out.end(), one) == impl_->left_out.end()) {
            LOG_WARN(upstream_logger, DISCOVERY_LEFT_OUT).arg(one);
        }
    }
    impl_->left_out = std::move(effective.left_out);
    return std::move(effective.clusters);
}

}  // namespace branchline
