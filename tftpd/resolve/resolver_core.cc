#include "tftpd/resolve/resolver_core.h"

#include "tftpd/base/counters.h"
#include "tftpd/log/log.h"
#include "tftpd/store/device_names.h"
#include "tftpd/upstream/cluster_fetch.h"
#include "resolve_messages.h"

#include <algorithm>
#include <utility>

namespace branchline {
namespace {

void count(Counter which, const Answer& answer) {
    if (answer.kind == Answer::Kind::content) {
        counters.add(which);
    }
}

/// What a job is found by: the name, and the one cluster that it may come from, if it may be no other.
std::string key_of(const FileName& name, const std::string& home) {
    return home.empty() ? name.key() : name.key() + '\n' + home;
}

}  // namespace

ResolverCore::ResolverCore(ConfigPtr config, std::shared_ptr<FileCache> cache, std::shared_ptr<NegativeCache> negative,
                           JobEnvironmentPtr environment)
    : config_(std::move(config)),
      cache_(std::move(cache)),
      negative_(std::move(negative)),
      environment_(std::move(environment)),
      rivals_(environment_, [this](const Rival& rival) { on_rival(rival); }) {}

ResolverCore::~ResolverCore() {
    shut_down();
}

void ResolverCore::shut_down() {
    stopped_ = true;
    auto open = std::exchange(earlier_jobs_, {});
    for (auto& [key, job] : std::exchange(jobs_, {})) {
        open.insert(job);
    }
    deadlines_.clear();
    queue_.clear();
    rivals_.stop();
    for (const auto& job : open) {
        job->answer(unavailable_answer("the daemon is stopping"));
    }
}

ConfigPtr ResolverCore::config_with_only(const std::string& cluster) {
    auto& config = with_only_[cluster];
    if (!config) {
        auto one = std::make_shared<Config>(*config_);
        std::erase_if(one->clusters, [&](const Cluster& other) { return other.id != cluster; });
        config = std::move(one);
    }
    return config;
}

ResolverCore::JobPtr ResolverCore::make_job(const FileName& name, const std::string& home) {
    NameJob::Hooks hooks;
    hooks.ended = [this](NameJob& job, const NameJob::Result& result) { on_ended(job, result); };
    hooks.heard = [this](const Cluster& cluster, bool reachable, const std::string& reason) {
        on_heard(cluster, reachable, reason);
    };
    hooks.asked = [this](std::size_t queries) { queue_.count(queries); };
    hooks.deadline_changed = [this](NameJob& job) { schedule(job); };
    auto job = std::make_shared<NameJob>(name, home.empty() ? config_ : config_with_only(home), environment_,
                                         cache_->spill_space(), std::move(hooks));
    job->epoch = flushes_;
    job->home = home;
    job->key = key_of(name, home);
    return job;
}

void ResolverCore::ask(const FileName& name, bool local_only, std::function<void(Answer)> done, const std::string& home) {
    if (stopped_) {
        return done(unavailable_answer("the daemon is stopping"));
    }
    if (!home.empty() && !is_configured(home)) {
        return done({Answer::Kind::not_found, nullptr, "", "its cluster is not configured"});
    }
    // Counted where it is known how the answer came about, whoever gives it.
    auto counted = [done = std::move(done)](const Answer& answer) {
        if (answer.source.starts_with("cluster:")) {
            count(Counter::answers_cluster, answer);
        } else if (answer.source.starts_with("cache:")) {
            count(Counter::answers_cache, answer);
        } else if (answer.source.starts_with("stale:")) {
            count(Counter::answers_stale, answer);
        } else if (answer.source == "negative") {
            counters.add(Counter::answers_negative);
        }
        done(answer);
    };
    const auto key = key_of(name, home);
    if (const auto running = jobs_.find(key); !local_only && running != jobs_.end()) {
        counters.add(Counter::fetches_joined);
        if (!running->second->join(counted)) {
            counted(unavailable_answer("too many ask for this name at once"));
        }
        return;
    }
    if (jobs() >= max_jobs) {
        if (may_log()) {
            LOG_WARN(upstream_logger, RESOLVE_TOO_MANY).arg(escaped(name.text())).arg(jobs());
        }
        return counted(unavailable_answer("too many names are looked for at once"));
    }
    const auto job = make_job(name, home);
    static_cast<void>(job->join(counted));
    if (local_only) {
        earlier_jobs_.insert(job);
    } else {
        jobs_.emplace(key, job);
    }
    look_up(job, local_only);
}

void ResolverCore::look_up(const JobPtr& job, bool local_only) {
    cache_->lookup(job->name(), [this, job = std::weak_ptr(job), alive = std::weak_ptr(alive_), local_only,
                                 environment = environment_](std::optional<FileCache::Found> found) {
        // On whatever thread; the posted function runs on ours, where the core either is or is not.
        environment->post([this, job, alive, local_only, found = std::move(found)]() mutable {
            const auto mine = alive.expired() ? nullptr : job.lock();
            if (mine) {
                on_looked_up(mine, local_only, std::move(found));
            }
        });
    });
}

void ResolverCore::on_looked_up(const JobPtr& job, bool local_only, std::optional<FileCache::Found> found) {
    if (found && !job->home.empty() && found->cluster != job->home) {
        found.reset();
    }
    if (found && environment_->gate && !may_be_used(*environment_->gate, *job->config(), job->name(), *found)) {
        found.reset();
    }
    if (found && found->fresh) {
        return finish(*job, {Answer::Kind::content, found->content, "cache:" + found->cluster, ""});
    }
    if (local_only) {
        return finish(*job, {Answer::Kind::not_found, nullptr, "loop", "asked by a configured server, and not here"});
    }
    if (negative_->contains(job->key, environment_->now())) {
        return finish(*job, {Answer::Kind::not_found, nullptr, "negative", "not found shortly before"});
    }
    begin_or_wait(job, std::move(found));
}

void ResolverCore::begin_or_wait(const JobPtr& job, std::optional<FileCache::Found> last_copy) {
    const auto now = environment_->now();
    begin_waiting(now);
    if (!job->wanted && !queue_.is_quiet(now)) {
        counters.add(Counter::prefetches_left_out);
        return finish(*job, unavailable_answer("not fetched beforehand: the clusters have enough to do"));
    }
    if (job->config()->clusters.empty() || queue_.is_open(now)) {
        return begin(job, std::move(last_copy));
    }
    if (!queue_.push(job, last_copy, now)) {
        return give_up_waiting(job, last_copy);
    }
    environment_->deadline_moved();
}

void ResolverCore::begin_waiting(TimePoint now) {
    while (auto next = queue_.pop(now)) {
        if (next->late) {
            give_up_waiting(next->job, next->last_copy);
        } else {
            begin(next->job, std::move(next->last_copy));
        }
    }
}

void ResolverCore::give_up_waiting(const JobPtr& job, const std::optional<FileCache::Found>& last_copy) {
    if (may_log()) {
        LOG_WARN(upstream_logger, RESOLVE_TOO_MANY).arg(escaped(job->name().text())).arg(jobs());
    }
    finish(*job, last_copy && job->config()->cache.serve_stale ? stale_answer(*last_copy)
                                                               : unavailable_answer("too many questions to the clusters"));
}

void ResolverCore::begin(const JobPtr& job, std::optional<FileCache::Found> last_copy) {
    const auto now = environment_->now();
    auto owner = owners_.find(job->key, now);
    if (!owner && last_copy && last_copy->earlier_run) {
        // After a restart the copy says who owned the name; from now on that counts as found just now.
        owner = last_copy->cluster;
        owners_.put(job->key, *owner, now + job->config()->cache.valid_lifetime);
    }
    if (!job->config()->cache.serve_stale) {
        last_copy.reset();
    }
    job->search(std::move(owner), std::move(last_copy));
}

bool ResolverCore::is_configured(const std::string& cluster) const {
    return std::any_of(config_->clusters.begin(), config_->clusters.end(),
                       [&](const Cluster& one) { return one.id == cluster; });
}

void ResolverCore::on_heard(const Cluster& cluster, bool reachable, const std::string& reason) {
    if (reachable && down_.erase(cluster.id) > 0) {
        LOG_INFO(upstream_logger, RESOLVE_CLUSTER_UP).arg(cluster.id);
    } else if (!reachable && is_configured(cluster.id) && down_.insert(cluster.id).second) {
        LOG_WARN(upstream_logger, RESOLVE_CLUSTER_DOWN).arg(cluster.id).arg(reason);
    }
}

// Its copies stay the last good ones. Who owned its names is forgotten only while there is room for asking all clusters: when a
// whole branch boots, asking each owner alone is what gets the phones up, and an owner that lost a phone says so.
void ResolverCore::phone_boots(const std::string& mac, const std::vector<std::string>& names) {
    const auto now = environment_->now();
    const bool search_anew = queue_.is_roomy(now);
    for (const auto& key : keys_of_device(mac)) {
        negative_->erase(key);
        cache_->outdate(key);
        rivals_looked_for_.erase(key);
        if (search_anew) {
            owners_.erase(key);
        }
        if (const auto running = jobs_.find(key); running != jobs_.end()) {
            running->second->remember_absence = false;
        }
    }
    if (config_->prefetch && prefetch(names)) {
        prefetched_.put(to_key(mac), now);
    }
}

// A phone that asks while its file is on the way joins the fetch; one that asks later finds a fresh copy, or that there is
// none.
bool ResolverCore::prefetch(const std::vector<std::string>& names) {
    bool any = false;
    for (std::size_t i = 0; i < names.size() && i < max_prefetched; ++i) {
        const auto name = FileName::parse(names[i]);
        if (!name || stopped_ || config_->clusters.empty() || jobs_.contains(name->key())) {
            continue;
        }
        if (!queue_.is_quiet(environment_->now()) || jobs() >= max_jobs / 2) {
            counters.add(Counter::prefetches_left_out);
            continue;
        }
        counters.add(Counter::prefetches);
        const auto job = make_job(*name);
        job->wanted = false;
        jobs_.emplace(name->key(), job);
        look_up(job, false);
        any = true;
    }
    return any;
}

void ResolverCore::server_is_back(const RemoteServer& server) {
    for (const auto& cluster : config_->clusters) {
        if (std::find(cluster.servers.begin(), cluster.servers.end(), server) != cluster.servers.end()) {
            on_heard(cluster, true, "");
        }
    }
}

void ResolverCore::finish(NameJob& job, const Answer& answer) {
    const auto self = job.shared_from_this();
    unschedule(job);
    // Out of the map before answering: who asks again from within the answer begins anew.
    if (const auto found = jobs_.find(job.key); found != jobs_.end() && found->second == self) {
        jobs_.erase(found);
    }
    earlier_jobs_.erase(self);
    job.answer(answer);
}

void ResolverCore::schedule(NameJob& job) {
    unschedule(job);
    job.scheduled = job.deadline();
    if (job.scheduled) {
        deadlines_.emplace(*job.scheduled, &job);
        environment_->deadline_moved();
    }
}

void ResolverCore::unschedule(NameJob& job) {
    if (job.scheduled) {
        deadlines_.erase({*job.scheduled, &job});
        job.scheduled.reset();
    }
}

void ResolverCore::on_timer(TimePoint now) {
    for (auto left = deadlines_.size(); left > 0 && !deadlines_.empty() && deadlines_.begin()->first <= now; --left) {
        const auto job = deadlines_.begin()->second->shared_from_this();
        unschedule(*job);
        job->on_timer(now);
    }
    begin_waiting(now);
}

std::optional<TimePoint> ResolverCore::deadline() const {
    std::optional<TimePoint> next;
    if (!deadlines_.empty()) {
        next = deadlines_.begin()->first;
    }
    if (const auto turn = queue_.deadline()) {
        next = next ? std::min(*next, *turn) : *turn;
    }
    return next;
}

void ResolverCore::reconfigure(ConfigPtr config, std::shared_ptr<FileCache> cache) {
    config_ = std::move(config);
    with_only_.clear();
    cache_ = std::move(cache);
    for (auto& [key, job] : std::exchange(jobs_, {})) {
        earlier_jobs_.insert(std::move(job));
    }
    owners_.erase_if([this](const std::string&, const std::string& cluster) { return !is_configured(cluster); });
    rivals_.stop();  // the numbers of clusters are others now
    std::erase_if(down_, [this](const std::string& cluster) { return !is_configured(cluster); });
    negative_->erase_if([](const std::string&) { return true; });  // a new cluster may have what nobody had
}

void ResolverCore::flush(const std::function<bool(const std::string&, const std::string&)>& matches) {
    ++flushes_;
    owners_.erase_if(matches);
}

}  // namespace branchline
