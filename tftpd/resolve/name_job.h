// One name being looked for: the search, the fetches it has running, and everybody who waits for the answer. Content is given
// to the phones as soon as it is safe to: a small file when all of it has arrived, so that a server that breaks off in the
// middle costs nothing but time; a large one, or one that takes long, at once, as content that still grows. What has to be
// signed by its cluster is given when all of it has arrived and the signature holds, whatever its size.
//
// Runs on the resolver's thread only. Knows no sockets: fetches are started by what it is given.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/resolve/search.h"
#include "tftpd/store/file_cache.h"
#include "tftpd/store/file_name.h"
#include "tftpd/store/growing_content.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace branchline {

class ClusterFetch;
class SecureGate;
struct FetchCaps;
struct FetchEvents;
struct FetchOutcome;

/// Starts a fetch from one cluster: start_fetch() with the resolver's io_context and health table, or a test's.
using FetchStarter = std::function<std::unique_ptr<ClusterFetch>(const Cluster& cluster, const std::string& name,
                                                                 const FetchCaps& caps, FetchEvents events)>;

/// What a job needs from outside.
struct JobEnvironment {
    FetchStarter start_fetch;
    std::function<TimePoint()> now;
    /// Runs a function later on the resolver's thread. May be called from any thread.
    std::function<void(std::function<void()>)> post;
    /// ResolverCore::deadline() may be another one now.
    std::function<void()> deadline_moved;
    std::shared_ptr<SecureGate> gate{};  ///< needed if a cluster is secure
};
using JobEnvironmentPtr = std::shared_ptr<const JobEnvironment>;

class NameJob : public std::enable_shared_from_this<NameJob> {
public:
    static constexpr std::uint64_t early_size = 256u << 10;           ///< bytes from which content is given while it grows
    static constexpr std::chrono::milliseconds early_patience{3000};  ///< after which smaller content is, too
    static constexpr std::uint64_t max_config_size = 1u << 20;        ///< bytes of a device configuration or trust list
    static constexpr std::uint64_t max_common_size = 64u << 20;       ///< bytes of anything else
    static constexpr std::chrono::seconds config_deadline{30};
    static constexpr std::chrono::seconds common_deadline{600};
    static constexpr std::size_t max_askers = 8192;

    /// How it ended, for owners, negative entries and the cache.
    struct Result {
        std::optional<std::size_t> winner;                       ///< whose content is complete
        std::shared_ptr<GrowingContent> content;                 ///< the same
        ContentPtr small;                                        ///< the same in memory, up to FileCache::max_file_in_memory
        bool new_owner = false;                                  ///< found by a search among all clusters
        Search::Verdict verdict = Search::Verdict::unavailable;  ///< without a winner
        bool cut_off = false;                     ///< without a winner: it broke off after phones had got the beginning
        std::vector<std::size_t> said_not_found;  ///< clusters
        std::string reasons;                      ///< what each cluster said, for the log
        std::string refused{};                    ///< a secure cluster's file that is not passed on: what to tell phones
    };
    struct Hooks {
        std::function<void(NameJob&, Result)> ended;  ///< once; answers what is still open by answer()
        std::function<void(const Cluster&, bool reachable, const std::string& reason)>
            heard;                                       ///< a cluster answered, or did not
        std::function<void(std::size_t queries)> asked;  ///< so many clusters were asked
        std::function<void(NameJob&)> deadline_changed;
    };

    NameJob(FileName name, ConfigPtr config, JobEnvironmentPtr environment, std::shared_ptr<SpillSpace> space, Hooks hooks);
    ~NameJob();
    NameJob(const NameJob&) = delete;
    NameJob& operator=(const NameJob&) = delete;

    /// False if too many wait already. Answered at once if bytes are already being given out.
    bool join(std::function<void(Answer)> done);
    /// Answers everybody who waits.
    void answer(const Answer& answer);

    /// Begins to ask. `last_copy` is served when the search says so.
    void search(std::optional<std::string> owner, std::optional<FileCache::Found> last_copy);
    void on_timer(TimePoint now);
    [[nodiscard]] std::optional<TimePoint> deadline() const;

    [[nodiscard]] const FileName& name() const { return name_; }
    [[nodiscard]] const ConfigPtr& config() const { return config_; }
    [[nodiscard]] const std::optional<FileCache::Found>& last_copy() const { return last_copy_; }
    [[nodiscard]] TimePoint started() const { return started_; }
    [[nodiscard]] bool ended() const { return ended_; }

    std::string home;              ///< the core's mark: the one cluster that is asked, if it may be no other
    std::string key;               ///< the core's mark: what it is found by; the name's key, and home's id if there is one
    bool remember_absence = true;  ///< false: its phone boots anew, and may have been given a home meanwhile
    bool wanted = true;            ///< false: no phone has asked for it yet
    std::uint64_t epoch = 0;       ///< the core's mark of how many flushes there were before
    std::optional<TimePoint> scheduled;  ///< the core's mark of where it stands in the order of deadlines

private:
    /// A fetch from one cluster.
    struct Source {
        std::shared_ptr<ClusterFetch> fetch;
        unsigned serial = 0;  // tells its events from those of a fetch that was dropped
        std::shared_ptr<GrowingContent> content;
        bool complete = false;
        std::string reason;
    };

    void pump();
    void act(const Search::Action& action);
    void start(std::size_t cluster);
    void drop(std::size_t cluster);
    void on_found(std::size_t cluster, std::optional<std::uint64_t> size);
    void on_bytes(std::size_t cluster, ByteView part);
    [[nodiscard]] std::optional<std::string> objection(std::size_t cluster);
    void on_done(std::size_t cluster, const FetchOutcome& outcome);
    void lose(std::size_t cluster, Search::Reply reply, std::string reason);
    [[nodiscard]] bool is_checked(std::size_t cluster) const;
    void hand_out_if_due(TimePoint now);
    void succeed(std::size_t cluster);
    void end(Result result);

    const FileName name_;
    const ConfigPtr config_;
    const JobEnvironmentPtr environment_;
    const std::shared_ptr<SpillSpace> space_;
    Hooks hooks_;
    TimePoint started_;
    std::vector<std::function<void(Answer)>> askers_;
    std::optional<FileCache::Found> last_copy_;
    std::optional<std::size_t> owner_;
    std::unique_ptr<Search> search_;
    std::vector<Source> sources_;
    std::optional<TimePoint> decided_;
    std::string refused_;
    std::optional<Answer> early_;  // what phones that join late are given: growing content, or the last good copy
    bool handed_out_ = false;
    bool pumping_ = false;
    bool ended_ = false;
};

/// The answer of a last good copy.
Answer stale_answer(const FileCache::Found& copy);
/// The answer when there is none; `reason` for the log.
Answer unavailable_answer(std::string reason);

/// May phones have the copy, or has its cluster become secure since it was fetched, or have its certificates changed?
bool may_be_used(SecureGate& gate, const Config& config, const FileName& name, const FileCache::Found& copy);

}  // namespace branchline
