#include "tftpd/resolve/resolver_impl.h"

#include "tftpd/trust/certificate_stores.h"

#include <algorithm>

namespace branchline {

namespace asio = boost::asio;

namespace {

std::set<std::string> ids_of(const Config& config) {
    std::set<std::string> ids;
    for (const auto& cluster : config.clusters) {
        ids.insert(cluster.id);
    }
    return ids;
}

std::shared_ptr<FileSigner> make_signer(const TrustSettings& settings, const FileSigner::Certificates& certificates) {
    return settings.path.empty() ? nullptr : std::make_shared<FileSigner>(settings, certificates);
}

}  // namespace

Resolver::Impl::Impl(ConfigPtr config, const LeaseTable& known_leases, TrustSources trust)
    : certificates([stores = trust.certificates] { return stores != nullptr ? stores->snapshot() : nullptr; }),
      gate(std::make_shared<SecureGate>(certificates)),
      lists(trust.lists, known_leases),
      leases(known_leases),
      binding(known_leases) {
    configured = config;
    discovery = std::make_unique<ClusterDiscovery>(thread.io(), *config, [this] { on_learned(); });
    config = effective();
    now.files = std::make_shared<FileStore>(config->files);
    now.cache = std::make_shared<FileCache>(config->cache, ids_of(*config));
    now.signer = make_signer(config->trust, certificates);
    now.config = config;
    auto environment = std::make_shared<JobEnvironment>();
    environment->start_fetch = [this](const Cluster& cluster, const std::string& name, FetchCaps caps, FetchEvents events) {
        caps.rate = rates.of(cluster);
        return start_fetch(thread.io(), cluster, name, caps, health,
                           traffic.counted(cluster.id, std::move(events), Clock::now));
    };
    environment->now = [] { return Clock::now(); };
    environment->post = [this](std::function<void()> work_to_do) { asio::post(thread.io(), std::move(work_to_do)); };
    environment->deadline_moved = [this] { arm(); };
    environment->gate = gate;
    core = std::make_unique<ResolverCore>(config, now.cache, negative, std::move(environment));
    prober = start_prober(thread.io(), config->clusters, health,
                          [this](const RemoteServer& server) { core->server_is_back(server); });
    asio::post(thread.io(), [this] { discovery->start(); });
    thread.start();
}

Resolver::Impl::~Impl() {
    // First: whoever waits for a signature is answered on a thread that still runs.
    now.signer.reset();
    thread.run([this] { core->shut_down(); });
    thread.stop();
    // Whoever asked while we were stopping is answered, too.
    thread.io().restart();
    thread.io().poll();
    // The cache's threads post into the io_context: they end before it does, and after the core, which holds the cache too.
    discovery.reset();
    prober.reset();
    core.reset();
    now.cache.reset();
}

/// The configuration with the clusters learned so far.
ConfigPtr Resolver::Impl::effective() {
    if (configured->discovery.clusters.empty()) {
        return configured;
    }
    auto whole = std::make_shared<Config>(*configured);
    whole->clusters = discovery->effective(*configured);
    return whole;
}

void Resolver::Impl::use(const ConfigPtr& config, const std::shared_ptr<FileCache>& cache) {
    core->reconfigure(config, cache);
    health.keep_only(config->clusters);
    rates.keep_only(config->clusters);
    traffic.keep_only(ids_of(*config));
    prober->set_clusters(config->clusters);
}

void Resolver::Impl::on_learned() {
    const auto config = effective();
    use(config, view().cache);
    const std::scoped_lock lock(mutex);
    now.config = config;
}

void Resolver::Impl::arm() {
    const auto next = core->deadline();
    if (!next || (armed && *armed <= *next)) {
        return;  // nothing to wait for, or the timer wakes us before and looks again
    }
    armed = next;
    timer.expires_at(*next);
    timer.async_wait([this](const boost::system::error_code& error) {
        if (error) {
            return;  // set anew
        }
        armed.reset();
        core->on_timer(Clock::now());
        arm();
    });
}

Resolver::Resolver(ConfigPtr config, const LeaseTable& leases, TrustSources trust)
    : impl_(std::make_unique<Impl>(std::move(config), leases, trust)) {}
Resolver::~Resolver() = default;
void Resolver::reconfigure(ConfigPtr config) {
    impl_->thread.run([&] {
        impl_->configured = config;
        impl_->discovery->reconfigure(*config);
        config = impl_->effective();
    });
    auto next = impl_->view();
    if (config->files != next.config->files) {
        next.files = std::make_shared<FileStore>(config->files);
    }
    if (config->cache.path == next.config->cache.path) {
        next.cache->reconfigure(config->cache, ids_of(*config));
    } else {
        next.cache = std::make_shared<FileCache>(config->cache, ids_of(*config));
    }
    if (config->trust != next.config->trust) {
        next.signer = make_signer(config->trust, impl_->certificates);
    }
    // Asked once more on the thread: something may have been learned meanwhile.
    impl_->thread.run([&] {
        next.config = impl_->effective();
        impl_->use(next.config, next.cache);
        const std::scoped_lock lock(impl_->mutex);
        std::swap(impl_->now, next);
    });
    // An earlier cache, now in `next`, may take its time to write what is waiting: here, and not on a thread that answers.
}

void Resolver::phone_boots(std::string mac, std::vector<std::string> names) {
    asio::post(impl_->thread.io(), [this, mac = std::move(mac), names = std::move(names)] {
        // Own files lie ready as it is.
        auto elsewhere = names;
        const auto files = impl_->view().files;
        std::erase_if(elsewhere, [&](const std::string& name) {
            const auto parsed = FileName::parse(name);
            return !parsed || files->open(*parsed);
        });
        impl_->core->phone_boots(mac, elsewhere);
    });
}
}  // namespace branchline
