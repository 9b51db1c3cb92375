// The resolver without its thread and sockets: what is asked goes through cache, negative entries, owners and the bound on
// queries to a NameJob, one a name however many ask; what comes of it goes back into those. Everything runs on one thread, time
// and fetches are given, so that every rule can be tested with virtual time.
//
// resolver_core.cc leads up to a search and looks after those that run; resolver_core_results.cc says what comes of one.
#pragma once

#include "tftpd/resolve/name_job.h"
#include "tftpd/resolve/negative_cache.h"
#include "tftpd/resolve/owners.h"
#include "tftpd/resolve/rate_limit.h"
#include "tftpd/resolve/rival_watch.h"
#include "tftpd/resolve/search_queue.h"

#include <map>
#include <set>
#include <string>
#include <unordered_map>

namespace branchline {

class ResolverCore {
public:
    static constexpr std::size_t max_jobs = 4096;  ///< names looked for at once
    static constexpr std::chrono::seconds doubtful_negative_lifetime{
        2};  ///< "not found", while some cluster could not be asked
    /// "Not found" of a device's own configuration: whoever sets a phone up waits beside it, and it asks again after some 15 s.
    static constexpr std::chrono::seconds absent_configuration_lifetime{5};
    static constexpr std::chrono::minutes rival_interval{10};  ///< between two looks for one name's other homes
    static constexpr std::size_t max_rival_marks = 16'384;
    static constexpr std::size_t max_prefetched = 6;     ///< names of one phone
    static constexpr std::chrono::seconds one_boot{10};  ///< what was found out of a phone since its lease is news so long

    ResolverCore(ConfigPtr config, std::shared_ptr<FileCache> cache, std::shared_ptr<NegativeCache> negative,
                 JobEnvironmentPtr environment);
    ~ResolverCore();
    ResolverCore(const ResolverCore&) = delete;
    ResolverCore& operator=(const ResolverCore&) = delete;

    /// `local_only`: the loop rule applies; the cache, while fresh, and nothing else. `home`: only this cluster's file will do,
    /// in the cache too; "not found" if it is not configured.
    void ask(const FileName& name, bool local_only, std::function<void(Answer)> done, const std::string& home = "");

    void on_timer(TimePoint now);
    [[nodiscard]] std::optional<TimePoint> deadline() const;

    /// What was asked before goes on with the configuration it began with.
    void reconfigure(ConfigPtr config, std::shared_ptr<FileCache> cache);

    /// Forgets who owns the names that match; fetches under way are not kept in the cache.
    void flush(const std::function<bool(const std::string& key, const std::string& cluster)>& matches);

    /// The phone with this MAC (12 hexadecimal digits) has got a lease: it boots anew, and may have been moved or newly set up
    /// since it was last asked about. `names`, what it asked for when it booted last, is fetched so that it lies ready, unless
    /// the clusters have enough to do ("prefetch").
    void phone_boots(const std::string& mac, const std::vector<std::string>& names = {});

    /// Device configurations that more than one cluster has, see rival_watch.h.
    [[nodiscard]] std::vector<Rival> rivals() const { return rivals_.known(); }

    /// A server was found to answer again.
    void server_is_back(const RemoteServer& server);

    /// Answers everything that is open, and all that is asked from now on, `unavailable`.
    void shut_down();

    [[nodiscard]] std::size_t jobs() const { return jobs_.size() + earlier_jobs_.size(); }

private:
    using JobPtr = std::shared_ptr<NameJob>;

    JobPtr make_job(const FileName& name, const std::string& home = "");
    ConfigPtr config_with_only(const std::string& cluster);
    void look_up(const JobPtr& job, bool local_only);
    bool prefetch(const std::vector<std::string>& names);
    void on_looked_up(const JobPtr& job, bool local_only, std::optional<FileCache::Found> found);
    void begin_or_wait(const JobPtr& job, std::optional<FileCache::Found> last_copy);
    void begin(const JobPtr& job, std::optional<FileCache::Found> last_copy);
    void begin_waiting(TimePoint now);
    void give_up_waiting(const JobPtr& job, const std::optional<FileCache::Found>& last_copy);
    void on_ended(NameJob& job, const NameJob::Result& result);
    [[nodiscard]] Answer answer_of(const NameJob& job, const NameJob::Result& result);
    void forget_what_is_gone(const NameJob& job, const NameJob::Result& result);
    void keep(const NameJob& job, const NameJob::Result& result);
    void keep_absence(const NameJob& job, const NameJob::Result& result);
    void look_for_rivals(const NameJob& job, const NameJob::Result& result);
    void on_rival(const Rival& rival);
    void on_heard(const Cluster& cluster, bool reachable, const std::string& reason);
    void schedule(NameJob& job);
    void unschedule(NameJob& job);
    void finish(NameJob& job, const Answer& answer);
    /// Is there a copy of the configuration of the device that `key` carries?
    [[nodiscard]] bool has_configuration(const std::string& key) const;
    [[nodiscard]] bool is_configured(const std::string& cluster) const;
    /// Is there room in the log for a line about one name?
    [[nodiscard]] bool may_log() { return lines_.take(1, environment_->now()); }

    ConfigPtr config_;
    std::map<std::string, ConfigPtr> with_only_;  // config_ with one cluster, by its id
    std::shared_ptr<FileCache> cache_;
    const std::shared_ptr<NegativeCache> negative_;
    const JobEnvironmentPtr environment_;
    Owners owners_;
    RivalWatch rivals_;
    LruMap<std::string, TimePoint> rivals_looked_for_{max_rival_marks};
    LruMap<std::string, TimePoint> prefetched_{max_rival_marks};  // by MAC
    SearchQueue queue_;
    RateLimit lines_{20, 1000};
    std::unordered_map<std::string, JobPtr> jobs_;
    std::set<JobPtr> earlier_jobs_;  // of earlier configurations, and those of the loop rule: nobody joins them
    std::set<std::pair<TimePoint, NameJob*>> deadlines_;
    std::set<std::string> down_;  // clusters said to be unreachable in the log
    std::uint64_t flushes_ = 0;
    bool stopped_ = false;
    // Last: lives as long as the core, watched by what was posted and may run when the core is gone.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace branchline
