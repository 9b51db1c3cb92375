#include "tftpd/resolve/resolver.h"

#include "tftpd/store/background_thread.h"
#include "tftpd/base/counters.h"
#include "tftpd/base/thread_pulse.h"
#include "tftpd/log/log.h"
#include "tftpd/resolve/binding_check.h"
#include "tftpd/resolve/device_name_limit.h"
#include "tftpd/resolve/file_signer.h"
#include "tftpd/resolve/home_table.h"
#include "tftpd/resolve/list_answers.h"
#include "tftpd/resolve/loop_watch.h"
#include "tftpd/resolve/resolver_core.h"
#include "tftpd/resolve/secure_gate.h"
#include "tftpd/resolve/signed_names.h"
#include "tftpd/store/device_names.h"
#include "tftpd/store/file_store.h"
#include "tftpd/store/log_limit.h"
#include "tftpd/trust/certificate_stores.h"
#include "tftpd/upstream/cluster_fetch.h"
#include "tftpd/upstream/discovery.h"
#include "tftpd/upstream/probe_name.h"
#include "tftpd/upstream/prober.h"
#include "resolve_messages.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <future>
#include <mutex>
#include <thread>

namespace branchline {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds refresh_step{20};  // between two looks whether the DNS has answered
constexpr std::chrono::seconds look_patience{2};       // for the disk, when a command looks into the cache

std::set<std::string> ids_of(const Config& config) {
    std::set<std::string> ids;
    for (const auto& cluster : config.clusters) {
        ids.insert(cluster.id);
    }
    return ids;
}

/// "00:11:22:AA:BB:CC" and its like as a key carries it.
std::string mac_key(const std::string& text) {
    auto key = to_key(text);
    std::erase_if(key, [](char c) { return c == ':' || c == '-' || c == '.'; });
    return key;
}

std::shared_ptr<FileSigner> make_signer(const TrustSettings& settings, const FileSigner::Certificates& certificates) {
    return settings.path.empty() ? nullptr : std::make_shared<FileSigner>(settings, certificates);
}

trust::Digest digest_of(SignatureAlgorithm algorithm) {
    return algorithm == SignatureAlgorithm::sha512 ? trust::Digest::sha512 : trust::Digest::sha1;
}

std::string_view transport_name(const std::optional<Transport>& works) {
    return !works ? "unknown" : *works == Transport::tftp ? "tftp" : *works == Transport::https ? "https" : "http";
}

}  // namespace

struct Resolver::Impl {
    /// What callers look at on their own threads; replaced as a whole.
    struct View {
        ConfigPtr config;
        std::shared_ptr<const FileStore> files;
        std::shared_ptr<FileCache> cache;
        std::shared_ptr<FileSigner> signer;  // none: nothing is signed
    };

    Impl(ConfigPtr config, const LeaseTable& leases, TrustSources trust);
    ~Impl();

    View view() {
        const std::scoped_lock lock(mutex);
        return now;
    }

    /// Runs `work` on the resolver's thread and waits for what it returns.
    template <typename Work>
    auto on_thread(Work work) {
        std::promise<decltype(work())> result;
        asio::post(io, [&] {
            if constexpr (std::is_void_v<decltype(work())>) {
                work();
                result.set_value();
            } else {
                result.set_value(work());
            }
        });
        return result.get_future().get();
    }

    void arm();
    [[nodiscard]] std::string lease_holder(const IpAddress& address) const;
    [[nodiscard]] std::optional<std::string> home_for(const FileName& name, const Question& question, const Config& config);
    [[nodiscard]] std::function<void(Answer)> learning(const FileName& name, const Question& question,
                                                       std::function<void(Answer)> done);
    void ask_home(const View& view, const FileName& name, const Question& question, const std::string& home,
                  std::function<void(Answer)> done);
    void answer_here(const View& view, const FileName& name, const Question& question, std::function<void(Answer)> done);
    [[nodiscard]] bool answer_by_signer(const View& view, const FileName& name, const Question& question,
                                        std::function<void(Answer)>& done);
    void ask_others(const View& view, const FileName& name, const Question& question, std::function<void(Answer)> done);
    [[nodiscard]] std::optional<Answer> refusal(const FileName& name, const Question& question, const Config& config);
    [[nodiscard]] std::optional<Answer> bound(const FileName& name, const IpAddress& asked_by, const Config& config);
    [[nodiscard]] std::optional<Answer> limited(const FileName& name, const IpAddress& asked_by, const Config& config);
    [[nodiscard]] ConfigPtr effective();
    void use(const ConfigPtr& config, const std::shared_ptr<FileCache>& cache);
    void on_learned();

    const SecureGate::Certificates certificates;
    const std::shared_ptr<SecureGate> gate;
    const ListAnswers lists;
    const LeaseTable& leases;
    HomeTable homes;
    std::mutex mutex;
    View now;
    const std::shared_ptr<NegativeCache> negative = std::make_shared<NegativeCache>();
    LoopWatch loops;
    BindingCheck binding;
    LogLimit binding_log;
    DeviceNameLimit device_names;
    LogLimit sweep_log;
    LogLimit loop_log;  ///< marks can be put on requests from any number of addresses

    // Used on the resolver's thread only, but for io itself.
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> keep_running{io.get_executor()};
    asio::steady_timer timer{io};
    std::optional<TimePoint> armed;
    HealthTable health;
    RateTable rates;
    ConfigPtr configured;  // as the operator wrote it; `now` has the learned clusters, too
    std::unique_ptr<ClusterDiscovery> discovery;
    ClusterTrafficTable traffic;
    std::unique_ptr<ResolverCore> core;
    std::unique_ptr<Prober> prober;
    std::thread thread;
    ThreadPulse pulse;  // of the one who asks
};

Resolver::Impl::Impl(ConfigPtr config, const LeaseTable& known_leases, TrustSources trust)
    : certificates([stores = trust.certificates] { return stores != nullptr ? stores->snapshot() : nullptr; }),
      gate(std::make_shared<SecureGate>(certificates)),
      lists(trust.lists, known_leases),
      leases(known_leases),
      binding(known_leases) {
    configured = config;
    discovery = std::make_unique<ClusterDiscovery>(io, *config, [this] { on_learned(); });
    config = effective();
    now.files = std::make_shared<FileStore>(config->files);
    now.cache = std::make_shared<FileCache>(config->cache, ids_of(*config));
    now.signer = make_signer(config->trust, certificates);
    now.config = config;
    auto environment = std::make_shared<JobEnvironment>();
    environment->start_fetch = [this](const Cluster& cluster, const std::string& name, FetchCaps caps, FetchEvents events) {
        caps.rate = rates.of(cluster);
        return start_fetch(io, cluster, name, caps, health, traffic.counted(cluster.id, std::move(events), Clock::now));
    };
    environment->now = [] { return Clock::now(); };
    environment->post = [this](std::function<void()> work_to_do) { asio::post(io, std::move(work_to_do)); };
    environment->deadline_moved = [this] { arm(); };
    environment->gate = gate;
    core = std::make_unique<ResolverCore>(config, now.cache, negative, std::move(environment));
    prober = start_prober(io, config->clusters, health, [this](const RemoteServer& server) { core->server_is_back(server); });
    asio::post(io, [this] { discovery->start(); });
    thread = background_thread([this] { io.run(); });
}

Resolver::Impl::~Impl() {
    // First: whoever waits for a signature is answered on a thread that still runs.
    now.signer.reset();
    asio::post(io, [this] {
        core->shut_down();
        io.stop();
    });
    thread.join();
    // Whoever asked while we were stopping is answered, too.
    io.restart();
    io.poll();
    // The cache's threads post into io: they end before it does, and after the core, which holds the cache too.
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

// What is not for this asker. A configured server asks for all of its phones, and is answered from here alone; without an
// address it is ourselves, fetching beforehand.
std::optional<Answer> Resolver::Impl::refusal(const FileName& name, const Question& question, const Config& config) {
    if (!name.names_device() || question.asked_by.is_unspecified() || config.is_remote_server(question.asked_by)) {
        return std::nullopt;
    }
    // The binding first: names that it refuses take none of the places that the limit has.
    auto answer = bound(name, question.asked_by, config);
    return answer ? answer : limited(name, question.asked_by, config);
}

std::optional<Answer> Resolver::Impl::bound(const FileName& name, const IpAddress& asked_by, const Config& config) {
    const bool enforce = config.device_binding == DeviceBinding::enforce;
    if (config.device_binding == DeviceBinding::off || (!enforce && !binding.knows_leases())) {
        return std::nullopt;
    }
    const auto ruling = binding.judge(asked_by, name.key(), config.binding_allowed, Clock::now());
    if (!ruling.foreign) {
        return std::nullopt;
    }
    counters.add(enforce ? Counter::binding_refused : Counter::binding_foreign);
    const auto address = unmapped(asked_by).to_string();
    const auto holder = ruling.leased_to.empty() ? "nobody-known" : ruling.leased_to;
    if (ruling.first && binding_log.pass()) {
        if (enforce) {
            LOG_WARN(upstream_logger, RESOLVE_BINDING_REFUSED).arg(address).arg(holder).arg(escaped(name.text()));
        } else {
            LOG_WARN(upstream_logger, RESOLVE_BINDING_FOREIGN).arg(address).arg(holder).arg(escaped(name.text()));
        }
    }
    if (!enforce) {
        return std::nullopt;
    }
    return Answer{
        Answer::Kind::refused, nullptr, "binding",
        address + (ruling.leased_to.empty() ? " has no lease that is known here" : " is leased to " + ruling.leased_to)};
}

std::optional<Answer> Resolver::Impl::limited(const FileName& name, const IpAddress& asked_by, const Config& config) {
    const auto most = config.limits.device_names_per_client;
    const auto verdict = device_names.ask(asked_by, device_of_key(name.key()), most, Clock::now());
    if (verdict == DeviceNameLimit::Verdict::taken) {
        return std::nullopt;
    }
    counters.add(Counter::device_names_refused);
    if (verdict == DeviceNameLimit::Verdict::refused_first && sweep_log.pass()) {
        LOG_WARN(upstream_logger, RESOLVE_DEVICE_SWEEP).arg(asked_by.to_string()).arg(most).arg(escaped(name.text()));
    }
    return Answer{Answer::Kind::not_found, nullptr, "limit", "device-names-per-client"};
}

void Resolver::resolve(Question question, std::function<void(Answer)> done) {
    const auto name = FileName::parse(question.name);
    if (!name) {
        return done({Answer::Kind::refused, nullptr, "", name.error().text});
    }
    if (name->key() == probe_name) {
        return done({Answer::Kind::not_found, nullptr, std::string(probe_source), "alive"});
    }
    const auto view = impl_->view();
    if (auto refusal = impl_->refusal(*name, question, *view.config)) {
        return done(*std::move(refusal));
    }
    if (view.config->common_from_home && name->names_device()) {
        done = impl_->learning(*name, question, std::move(done));
    }
    if (const auto home = impl_->home_for(*name, question, *view.config)) {
        return impl_->ask_home(view, *name, question, *home, std::move(done));
    }
    impl_->answer_here(view, *name, question, std::move(done));
}

std::string Resolver::Impl::lease_holder(const IpAddress& address) const {
    const auto holder = leases.leased_to(unmapped(address).to_string(), Clock::now());
    return holder ? to_digits(*holder) : "";
}

// The cluster whose file alone is right for this phone ("common-from-home"). Firmware is the same everywhere.
std::optional<std::string> Resolver::Impl::home_for(const FileName& name, const Question& question, const Config& config) {
    if (!config.common_from_home || name.kind() != FileName::Kind::common || is_firmware(name) || question.marked_proxy ||
        question.asked_by.is_unspecified() || config.is_remote_server(question.asked_by)) {
        return std::nullopt;
    }
    return homes.home_of(lease_holder(question.asked_by), question.asked_by);
}

// Where a phone's own files come from is its home.
std::function<void(Answer)> Resolver::Impl::learning(const FileName& name, const Question& question,
                                                     std::function<void(Answer)> done) {
    return [this, mac = device_of_key(name.key()), from = question.asked_by, done = std::move(done)](Answer answer) {
        const auto colon = answer.source.find(':');
        if (answer.kind == Answer::Kind::content && !from.is_unspecified()) {
            homes.learn(mac, from, colon == std::string::npos ? "" : answer.source.substr(colon + 1));
        }
        done(std::move(answer));
    };
}

// Home's file, or, if it has none or cannot be reached, what everybody gets.
void Resolver::Impl::ask_home(const View& view, const FileName& name, const Question& question, const std::string& home,
                              std::function<void(Answer)> done) {
    if (auto copy = view.cache->fresh_in_memory(name);
        copy && copy->cluster == home && may_be_used(*gate, *view.config, name, *copy)) {
        counters.add(Counter::answers_cache);
        return done({Answer::Kind::content, std::move(copy->content), "cache:" + copy->cluster, ""});
    }
    auto asked = [this, name, question, done = std::move(done)](Answer answer) {
        if (answer.kind == Answer::Kind::content) {
            return done(std::move(answer));
        }
        answer_here(this->view(), name, question, done);
    };
    asio::post(io, [to = core.get(), name, home, asked = std::move(asked)]() mutable {
        to->ask(name, false, std::move(asked), home);
    });
}

void Resolver::Impl::answer_here(const View& view, const FileName& name, const Question& question,
                                 std::function<void(Answer)> done) {
    auto file = view.files->open(name);
    if (file) {
        counters.add(Counter::answers_files);
        return done({Answer::Kind::content, *std::move(file), "files", ""});
    }
    switch (file.error()) {
        case FileStore::Miss::not_found:
            break;
        case FileStore::Miss::refused:
            return done({Answer::Kind::refused, nullptr, "files", "a link or a device is in the way"});
        case FileStore::Miss::failed:
            // Not another cluster's file instead of our own: the phone asks again.
            return done({Answer::Kind::unavailable, nullptr, "files", "our own file cannot be read"});
    }
    if (auto list = lists.answer(name, question.asked_by, *view.files, *view.config)) {
        counters.add(Counter::answers_lists);
        return done({Answer::Kind::content, std::move(list), "own-list", ""});
    }
    if (!answer_by_signer(view, name, question, done)) {
        ask_others(view, name, question, std::move(done));
    }
}

// An own file that is not there in the form that was asked for, but in the other: "x.sgn" of "x", or "x" of "x.sgn". False if
// neither is there. If it cannot be made of it, others are asked, as if it were not here.
bool Resolver::Impl::answer_by_signer(const View& view, const FileName& name, const Question& question,
                                      std::function<void(Answer)>& done) {
    const auto plain = view.signer ? plain_name(name) : std::nullopt;
    const auto enveloped = view.signer ? signed_name(name) : std::nullopt;
    if (!plain && !enveloped) {
        return false;
    }
    auto other = view.files->open(plain ? *plain : *enveloped);
    if (!other) {
        return false;
    }
    auto rest = view;
    rest.signer = nullptr;  // what waits in the signer must not keep it alive: it would end on its own thread
    auto made = [this, rest, name, question, signing = plain.has_value(), done](const Result<ContentPtr>& file) {
        if (!file) {
            return ask_others(rest, name, question, done);
        }
        counters.add(signing ? Counter::answers_signed : Counter::answers_stripped);
        done({Answer::Kind::content, *file, signing ? "signed" : "stripped", ""});
    };
    if (plain) {
        view.signer->sign(name, *std::move(other), digest_of(view.config->signature_algorithm), std::move(made));
    } else {
        view.signer->strip(name, *std::move(other), std::move(made));
    }
    return true;
}

void Resolver::Impl::ask_others(const View& view, const FileName& name, const Question& question,
                                std::function<void(Answer)> done) {
    const bool loop = question.marked_proxy || view.config->is_remote_server(question.asked_by);
    auto copy = view.cache->fresh_in_memory(name);
    if (copy && !may_be_used(*gate, *view.config, name, *copy)) {
        copy.reset();
    }
    if (copy) {
        counters.add(Counter::answers_cache);
        return done({Answer::Kind::content, std::move(copy->content), "cache:" + copy->cluster, ""});
    }
    if (loop) {
        counters.add(Counter::answers_loop);
        if (loops.asked(question.asked_by, Clock::now()) && loop_log.pass()) {
            LOG_WARN(upstream_logger, RESOLVE_LOOP).arg(question.asked_by.to_string()).arg(escaped(name.text()));
        }
    } else if (view.config->clusters.empty()) {
        return done({Answer::Kind::not_found, nullptr, "", "not here, and there are no remote clusters"});
    } else if (negative->contains(name.key(), Clock::now())) {
        counters.add(Counter::answers_negative);
        return done({Answer::Kind::not_found, nullptr, "negative", "not found shortly before"});
    }
    asio::post(io, [to = core.get(), name, loop, done = std::move(done)]() mutable { to->ask(name, loop, std::move(done)); });
}

void Resolver::reconfigure(ConfigPtr config) {
    impl_->on_thread([&] {
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
    impl_->on_thread([&] {
        next.config = impl_->effective();
        impl_->use(next.config, next.cache);
        const std::scoped_lock lock(impl_->mutex);
        std::swap(impl_->now, next);
    });
    // An earlier cache, now in `next`, may take its time to write what is waiting: here, and not on a thread that answers.
}

void Resolver::phone_boots(std::string mac, std::vector<std::string> names) {
    asio::post(impl_->io, [this, mac = std::move(mac), names = std::move(names)] {
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

std::optional<Resolver::AtHand> Resolver::at_hand(const std::string& text) {
    const auto view = impl_->view();
    const auto name = FileName::parse(text);
    if (!name) {
        return std::nullopt;
    }
    if (auto file = view.files->open(*name)) {
        return AtHand{*std::move(file), "files"};
    }
    if (auto list = impl_->lists.answer(*name, {}, *view.files, *view.config)) {
        return AtHand{std::move(list), "own-list"};
    }
    if (const auto plain = plain_name(*name)) {
        if (auto file = view.files->open(*plain)) {
            return AtHand{*std::move(file), "signed"};
        }
    }
    auto found = std::make_shared<std::promise<std::optional<FileCache::Found>>>();
    auto copy = found->get_future();
    view.cache->lookup(*name, [found](std::optional<FileCache::Found> one) { found->set_value(std::move(one)); });
    if (copy.wait_for(look_patience) != std::future_status::ready) {
        return std::nullopt;
    }
    auto kept = copy.get();
    return kept ? std::optional(AtHand{std::move(kept->content), "cache:" + kept->cluster}) : std::nullopt;
}

std::shared_ptr<const trust::Signer> Resolver::signer() {
    const auto signing = impl_->view().signer;
    return signing ? signing->signer() : nullptr;
}

std::string Resolver::signer_fault() {
    const auto signing = impl_->view().signer;
    return signing ? signing->fault() : "no directory for keys is configured";
}

bool Resolver::hold(const std::string& name, std::chrono::seconds time) {
    const auto safe = FileName::parse(name);
    return safe && impl_->view().cache->hold(safe->key(), time);
}

void Resolver::outdate(const std::string& name) {
    if (const auto safe = FileName::parse(name)) {
        impl_->view().cache->outdate(safe->key());
    }
}

std::vector<ClusterStatus> Resolver::cluster_status() {
    const auto config = impl_->view().config;
    return impl_->on_thread([&] {
        std::vector<ClusterStatus> clusters;
        const auto now = Clock::now();
        for (const auto& cluster : config->clusters) {
            ClusterStatus status;
            status.id = cluster.id;
            status.cluster = cluster;
            status.traffic = impl_->traffic.of(cluster.id);
            for (const auto& server : cluster.servers) {
                ServerStatus one;
                one.server = server;
                const auto health = impl_->health.find(server).value_or(ServerHealth{});
                one.up = health.up;
                one.transport = transport_name(health.works);
                one.failures = health.failures;
                one.last_error = health.last_error;
                if (health.last_answer) {
                    one.since_last_answer = std::chrono::duration_cast<std::chrono::seconds>(now - *health.last_answer);
                }
                if (const auto asked = impl_->loops.when(server.address, now)) {
                    one.since_it_asked_us = std::chrono::duration_cast<std::chrono::seconds>(now - *asked);
                }
                status.servers.push_back(std::move(one));
            }
            clusters.push_back(std::move(status));
        }
        for (auto& discovered : impl_->discovery->status()) {
            for (auto& status : clusters) {
                if (status.id == discovered.id) {
                    status.discovery = std::move(discovered);
                    break;
                }
            }
        }
        return clusters;
    });
}

std::size_t Resolver::refresh_clusters(const std::string& id, std::chrono::milliseconds patience) {
    const auto count = impl_->on_thread([&] { return impl_->discovery->refresh(id); });
    const auto until = Clock::now() + patience;
    while (count > 0 && Clock::now() < until && impl_->on_thread([&] { return impl_->discovery->busy(); })) {
        std::this_thread::sleep_for(refresh_step);
    }
    return count;
}

std::vector<Rival> Resolver::rivals() {
    return impl_->on_thread([&] { return impl_->core->rivals(); });
}

std::vector<CacheEntry> Resolver::cache_entries() {
    std::vector<CacheEntry> entries;
    for (auto& copy : impl_->view().cache->list()) {
        entries.push_back({std::move(copy.name), std::move(copy.cluster), copy.size, copy.age, copy.fresh});
    }
    return entries;
}

CacheTotals Resolver::cache_totals() {
    const auto totals = impl_->view().cache->totals();
    return {totals.files, totals.bytes};
}

unsigned Resolver::beat() {
    return impl_->pulse.beat([this](std::function<void()> work) { asio::post(impl_->io, std::move(work)); });
}

std::size_t Resolver::flush(const FlushSelection& selection) {
    const auto start = selection.name.find_first_not_of('/');
    const auto name = start == std::string::npos ? std::string() : to_key(selection.name.substr(start));
    const auto phone = mac_key(selection.phone);
    const auto named = [&](const std::string& key) {
        return (selection.name.empty() || key == name) && (phone.empty() || key.find(phone) != std::string::npos);
    };
    const auto matches = [&](const std::string& key, const std::string& cluster) {
        return named(key) && (selection.cluster.empty() || cluster == selection.cluster);
    };
    // First what is being fetched, so that it does not come into the cache after it was flushed.
    impl_->on_thread([&] { impl_->core->flush(matches); });
    auto flushed = impl_->view().cache->erase_if(matches);
    if (selection.cluster.empty()) {
        flushed += impl_->negative->erase_if(named);
    }
    return flushed;
}

}  // namespace branchline
