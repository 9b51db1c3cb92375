// Searches that wait for their turn. All clusters together are asked only so often (T10); a search that comes when they have
// enough to do waits behind those that wait already, and not for long: its phone asks again, and would wait in vain.
//
// Knows only who waits and since when. Sans-IO: time is an argument.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/resolve/rate_limit.h"
#include "tftpd/store/file_cache.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>

namespace branchline {

class NameJob;

class SearchQueue {
public:
    static constexpr double queries_per_second = 100;  ///< to all clusters together
    static constexpr double query_burst = 200;
    static constexpr std::size_t max_waiting = 500;     ///< searches
    static constexpr std::chrono::seconds max_wait{5};  ///< of each

    struct Waiting {
        std::shared_ptr<NameJob> job;
        std::optional<FileCache::Found> last_copy;  ///< what the search would begin with
        bool late = false;                          ///< it has waited for max_wait; else its turn has come
    };

    /// May a search begin at once? Not while others wait.
    [[nodiscard]] bool is_open(TimePoint now) { return waiting_.empty() && queries_.take(0, now); }
    /// Have the clusters so little to do that what nobody waits for may be asked, too?
    [[nodiscard]] bool is_quiet(TimePoint now) { return waiting_.empty() && queries_.roomy(now); }
    /// The same, whoever waits.
    [[nodiscard]] bool is_roomy(TimePoint now) { return queries_.roomy(now); }
    /// So many clusters were asked.
    void count(std::size_t queries) { queries_.owe(queries); }

    /// False if too many wait already. Does not keep the job alive.
    [[nodiscard]] bool push(const std::shared_ptr<NameJob>& job, std::optional<FileCache::Found> last_copy, TimePoint now);
    /// The next one that need not wait any longer.
    [[nodiscard]] std::optional<Waiting> pop(TimePoint now);
    /// When pop() may have one again.
    [[nodiscard]] std::optional<TimePoint> deadline() const;
    void clear() { waiting_.clear(); }

private:
    struct Entry {
        std::weak_ptr<NameJob> job;
        std::optional<FileCache::Found> last_copy;
        TimePoint until;
    };

    RateLimit queries_{queries_per_second, query_burst};
    std::deque<Entry> waiting_;
};

}  // namespace branchline
