// What pages watch, and who does: everything first, then what has changed since, as server-sent events (HTML 9.2). A page
// watches for as long as its session is open. Looking costs nothing while nobody watches.
//
// Pages come and go on any thread; looks are taken on one, which calls tick().
#pragma once

#include "tftpd/http/admin_page.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace branchline {

/// Something to watch. What it asks has no side effects.
struct LiveTopic {
    std::function<void(std::int64_t seconds)> look;  ///< while somebody watches; `seconds` on a steady clock
    std::function<std::string()> everything;         ///< for one who has seen nothing yet
    std::function<std::string()> change;             ///< since the look before; "" = nothing
};

class LiveTopics {
public:
    static constexpr std::size_t max_watchers = 32;  ///< of one topic

    /// Before anybody watches.
    void add(const std::string& name, LiveTopic topic);
    [[nodiscard]] bool has(const std::string& name) const { return topics_.contains(name); }
    /// What goes to the page of the session `token`; null: too many watch already. `name` is one that it has.
    std::shared_ptr<AdminFeed> watch(const std::string& name, const std::string& token);

    /// Tells all who watch. Pages whose session is not open any more are sent away.
    void tick(std::int64_t seconds, const std::function<bool(const std::string& token)>& is_open);

private:
    struct Watcher {
        std::shared_ptr<AdminFeed> feed;
        std::string token;
        bool has_all = false;
    };
    struct Watched {
        LiveTopic topic;
        std::vector<Watcher> watchers{};  ///< under the mutex
    };
    std::mutex mutex_;
    std::map<std::string, Watched> topics_;
};

}  // namespace branchline
