#include "tftpd/upstream/cluster_traffic.h"

#include <utility>

namespace branchline {

FetchEvents ClusterTrafficTable::counted(const std::string& cluster, FetchEvents events, std::function<TimePoint()> now) {
    auto& slot = entries_[cluster];
    if (!slot) {
        slot = std::make_shared<Entry>();
    }
    /// One fetch.
    struct Fetch {
        std::shared_ptr<Entry> entry;
        FetchEvents events;
        std::function<TimePoint()> now;
        TimePoint began;
        bool answered = false;

        void answer() {
            if (!std::exchange(answered, true)) {
                entry->answer_times.add(now() - began);
            }
        }
    };
    const auto began = now();
    auto fetch = std::make_shared<Fetch>(Fetch{slot, std::move(events), std::move(now), began});
    FetchEvents counting;
    counting.found = [fetch](std::optional<std::uint64_t> size) {
        fetch->answer();
        fetch->events.found(size);
    };
    counting.bytes = [fetch](ByteView part) {
        fetch->entry->counts.bytes += part.size();
        fetch->events.bytes(part);
    };
    counting.objection = fetch->events.objection;
    counting.done = [fetch](FetchOutcome outcome) {
        auto& counts = fetch->entry->counts;
        switch (outcome.result) {
            case FetchResult::complete:
                ++counts.complete;
                fetch->answer();
                break;
            case FetchResult::not_found:
                ++counts.not_found;
                fetch->answer();
                break;
            case FetchResult::unreachable:
                ++counts.unreachable;
                break;
            case FetchResult::broken:
                ++counts.broken;
                break;
            case FetchResult::cancelled:
                break;
        }
        fetch->events.done(std::move(outcome));
    };
    return counting;
}

ClusterTraffic ClusterTrafficTable::of(const std::string& cluster) const {
    const auto found = entries_.find(cluster);
    if (found == entries_.end()) {
        return {};
    }
    auto traffic = found->second->counts;
    traffic.answer_times = found->second->answer_times.values();
    return traffic;
}

void ClusterTrafficTable::keep_only(const std::set<std::string>& clusters) {
    std::erase_if(entries_, [&clusters](const auto& entry) { return !clusters.contains(entry.first); });
}

}  // namespace branchline
