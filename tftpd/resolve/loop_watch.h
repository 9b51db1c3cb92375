// Which proxies have asked us: a request that carries a proxy's mark, or comes from a server that we ask ourselves. If such an
// address is one of our clusters', that cluster and we point at each other. Bounded, and safe to use from any thread.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/store/lru_map.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

namespace branchline {

class LoopWatch {
public:
    static constexpr std::size_t max_peers = 256;
    static constexpr std::chrono::hours remembered{24};  ///< since it asked last; a loop that was mended is forgotten then

    /// Returns whether this is news, to be said in the log: the first time, and again after `remembered`.
    bool asked(const IpAddress& peer, TimePoint now) {
        const std::scoped_lock lock(mutex_);
        const auto key = unmapped(peer).to_string();
        const auto* before = peers_.find(key);
        const bool news = before == nullptr || now - *before >= remembered;
        peers_.put(key, now);
        return news;
    }

    /// When `peer` asked last, if it did.
    [[nodiscard]] std::optional<TimePoint> when(const IpAddress& peer, TimePoint now) {
        const std::scoped_lock lock(mutex_);
        const auto* found = peers_.find(unmapped(peer).to_string());
        return found == nullptr || now - *found >= remembered ? std::nullopt : std::optional(*found);
    }

private:
    std::mutex mutex_;
    LruMap<std::string, TimePoint> peers_{max_peers};
};

}  // namespace branchline
