// Remote clusters for tests of the resolver: fetches that do nothing until the test says what happens, virtual time, and a
// queue in place of the resolver's thread.
#pragma once

#include "tests/unit/store/support.h"
#include "tftpd/resolve/resolver_core.h"
#include "tftpd/resolve/secure_gate.h"
#include "tftpd/upstream/cluster_fetch.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace branchline::test {

class FakeFetch final : public ClusterFetch {
public:
    explicit FakeFetch(std::shared_ptr<bool> running) : running_(std::move(running)) {}
    FakeFetch(const FakeFetch&) = delete;
    FakeFetch& operator=(const FakeFetch&) = delete;
    ~FakeFetch() override { *running_ = false; }

private:
    std::shared_ptr<bool> running_;
};

/// One fetch that was started.
struct Started {
    std::string cluster;
    std::string name;
    FetchCaps caps;
    FetchEvents events;
    std::shared_ptr<bool> running;
};

class FakeClusters {
public:
    explicit FakeClusters(std::vector<std::string> ids, bool serve_stale = true) {
        auto config = std::make_shared<Config>();
        for (const auto& id : ids) {
            Cluster cluster;
            cluster.id = id;
            config->clusters.push_back(cluster);
        }
        config->cache.path = scratch.path() / "cache";
        config->cache.serve_stale = serve_stale;
        config_ = config;
        open();
    }
    ~FakeClusters() {
        core.reset();
        cache.reset();
    }
    FakeClusters(const FakeClusters&) = delete;
    FakeClusters& operator=(const FakeClusters&) = delete;

    /// A new run of the daemon over the same cache.
    void open() {
        core.reset();
        run();
        cache.reset();
        cache = std::make_shared<FileCache>(config_->cache, ids(),
                                            FileCache::Clocks{[this] { return now; }, [] { return 1'700'000'000; }});
        cache->settle();
        negative = std::make_shared<NegativeCache>();
        auto environment = std::make_shared<JobEnvironment>();
        environment->start_fetch = [this](const Cluster& cluster, const std::string& name, const FetchCaps& caps,
                                          FetchEvents events) {
            auto running = std::make_shared<bool>(true);
            started.push_back({cluster.id, name, caps, std::move(events), running});
            return std::make_unique<FakeFetch>(running);
        };
        environment->now = [this] { return now; };
        environment->post = [this](std::function<void()> work) {
            const std::scoped_lock lock(mutex_);
            posted_.push_back(std::move(work));
        };
        environment->deadline_moved = [] {};
        environment->gate = std::make_shared<SecureGate>([this] { return certificates; }, [this] { return now; });
        core = std::make_unique<ResolverCore>(config_, cache, negative, environment);
    }

    std::set<std::string> ids() const {
        std::set<std::string> all;
        for (const auto& cluster : config_->clusters) {
            all.insert(cluster.id);
        }
        return all;
    }

    void reconfigure(std::vector<std::string> wanted) {
        auto config = std::make_shared<Config>(*config_);
        config->clusters.clear();
        for (const auto& id : wanted) {
            Cluster cluster;
            cluster.id = id;
            config->clusters.push_back(cluster);
        }
        config_ = config;
        cache->reconfigure(config->cache, ids());
        core->reconfigure(config_, cache);
    }

    void make_secure(const std::string& id) {
        auto config = std::make_shared<Config>(*config_);
        for (auto& cluster : config->clusters) {
            cluster.secure = cluster.secure || cluster.id == id;
        }
        config_ = config;
        core->reconfigure(config_, cache);
    }

    /// Runs what was posted, and what that leads to.
    void run() {
        for (;;) {
            if (cache) {
                cache->settle();
            }
            std::deque<std::function<void()>> work;
            {
                const std::scoped_lock lock(mutex_);
                work.swap(posted_);
            }
            if (work.empty()) {
                return;
            }
            for (auto& one : work) {
                one();
            }
        }
    }

    /// Asks, and returns the place where the answer will be.
    std::shared_ptr<std::vector<Answer>> ask(const std::string& name, bool local_only = false, const std::string& home = "") {
        auto answers = std::make_shared<std::vector<Answer>>();
        core->ask(name_of(name), local_only, [answers](Answer answer) { answers->push_back(std::move(answer)); }, home);
        run();
        return answers;
    }

    void pass(Duration time) {
        run();
        now += time;
        core->on_timer(now);
        run();
    }

    /// Lets time pass by its deadlines, as the thread's timer does.
    void pass_by_deadlines(Duration time) {
        const auto end = now + time;
        for (int i = 0; i < 100'000; ++i) {
            const auto next = core->deadline();
            if (!next || *next > end) {
                break;
            }
            now = std::max(now, *next);
            core->on_timer(now);
            run();
        }
        now = end;
    }

    /// The last fetch that was started from that cluster.
    Started& fetch(const std::string& cluster) {
        for (auto at = started.rbegin(); at != started.rend(); ++at) {
            if (at->cluster == cluster) {
                return *at;
            }
        }
        throw std::logic_error("no fetch from " + cluster);
    }
    void found(const std::string& cluster, std::optional<std::uint64_t> size) {
        auto events = fetch(cluster).events;
        events.found(size);
        run();
    }
    void bytes(const std::string& cluster, const std::string& text) {
        auto events = fetch(cluster).events;
        events.bytes(as_bytes(text));
        run();
    }
    /// What is said against the whole file that `cluster` has sent; "" if nothing is.
    std::string objection(const std::string& cluster) { return fetch(cluster).events.objection().value_or(""); }
    /// As start_fetch() with the cluster's last server: the whole file is asked about first, and broken if it is objected to.
    void done(const std::string& cluster, FetchResult result) {
        auto events = fetch(cluster).events;
        const bool whole = result == FetchResult::complete && events.objection;
        const auto against = whole ? events.objection() : std::nullopt;
        events.done({against ? FetchResult::broken : result, against.value_or("as the test says")});
        run();
    }
    /// The whole file at once.
    void give(const std::string& cluster, const std::string& text) {
        found(cluster, text.size());
        bytes(cluster, text);
        done(cluster, FetchResult::complete);
    }
    void not_found(const std::string& cluster) { done(cluster, FetchResult::not_found); }
    void unreachable(const std::string& cluster) { done(cluster, FetchResult::unreachable); }

    /// The clusters asked since the last call, in order.
    std::string asked() {
        std::string text;
        for (; told_ < started.size(); ++told_) {
            text += (text.empty() ? "" : " ") + started[told_].cluster;
        }
        return text;
    }
    std::size_t running() const {
        std::size_t count = 0;
        for (const auto& one : started) {
            count += *one.running ? 1 : 0;
        }
        return count;
    }

    Scratch scratch;
    TimePoint now{std::chrono::hours(1000)};
    std::vector<Started> started;
    std::shared_ptr<FileCache> cache;
    std::shared_ptr<NegativeCache> negative;
    std::unique_ptr<ResolverCore> core;
    trust::StoredCertificatesPtr certificates;  ///< by which secure clusters' signatures are checked

private:
    ConfigPtr config_;
    std::mutex mutex_;
    std::deque<std::function<void()>> posted_;
    std::size_t told_ = 0;
};

inline constexpr auto phone_file = "SEP001122334455.cnf.xml";
inline constexpr auto common_file = "ringlist.xml";

/// What CHECK_EQUAL compares said() with.
inline std::string text(const char* literal) {
    return literal;
}

/// "content:SOURCE:TEXT", "not_found:SOURCE", "unavailable", or "nothing" while there is no answer; "TWICE" is a fault.
inline std::string said(const std::shared_ptr<std::vector<Answer>>& answers) {
    if (answers->empty()) {
        return "nothing";
    }
    if (answers->size() > 1) {
        return "TWICE";
    }
    const auto& answer = answers->front();
    switch (answer.kind) {
        case Answer::Kind::content:
            return "content:" + answer.source + ":" + text_of(*answer.content);
        case Answer::Kind::not_found:
            return "not_found:" + answer.source;
        case Answer::Kind::refused:
            return "refused";
        case Answer::Kind::unavailable:
            return "unavailable";
    }
    return "?";
}

}  // namespace branchline::test
