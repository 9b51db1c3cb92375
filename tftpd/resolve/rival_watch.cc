#include "tftpd/resolve/rival_watch.h"

#include "tftpd/base/counters.h"
#include "tftpd/upstream/cluster_fetch.h"

#include <algorithm>
#include <utility>

namespace branchline {

RivalWatch::RivalWatch(JobEnvironmentPtr environment, std::function<void(const Rival&)> found)
    : environment_(std::move(environment)), found_(std::move(found)) {}

std::size_t RivalWatch::look(const FileName& name, const Config& config, std::size_t owner,
                             const std::vector<std::size_t>& left_out) {
    const auto& key = name.key();
    if (looks_.size() >= max_looks || looks_.contains(key)) {
        return 0;
    }
    FetchCaps caps;
    caps.max_size = NameJob::max_config_size;
    caps.deadline = NameJob::config_deadline;
    const auto serial = ++last_serial_;
    auto& look = looks_[key];
    look.serial = serial;
    look.name = name.text();
    look.owner = config.clusters[owner].id;
    std::size_t asked = 0;
    for (std::size_t number = 0; number < config.clusters.size(); ++number) {
        if (std::find(left_out.begin(), left_out.end(), number) != left_out.end()) {
            continue;
        }
        const auto guarded = [this, key, serial, number, id = config.clusters[number].id,
                              alive = std::weak_ptr(alive_)](auto action) {
            if (!alive.expired()) {
                (this->*action)(key, serial, number, id);
            }
        };
        FetchEvents events;
        events.found = [guarded](std::optional<std::uint64_t>) { guarded(&RivalWatch::on_found); };
        events.bytes = [](ByteView) {};
        events.done = [guarded](const FetchOutcome& outcome) {
            // A complete file was found before; an empty one, too.
            const bool absent = outcome.result == FetchResult::not_found;
            guarded(outcome.result == FetchResult::complete ? &RivalWatch::on_found
                    : absent                                ? &RivalWatch::on_absent
                                                            : &RivalWatch::on_silent);
        };
        counters.add(Counter::fetches);
        ++asked;
        std::shared_ptr<ClusterFetch> fetch =
            environment_->start_fetch(config.clusters[number], name.text(), caps, std::move(events));
        if (const auto still = looks_.find(key); still != looks_.end() && still->second.serial == serial) {
            still->second.fetches[number] = std::move(fetch);
        }
    }
    if (asked == 0) {
        looks_.erase(key);
    }
    return asked;
}

void RivalWatch::on_found(const std::string& key, std::uint64_t serial, std::size_t cluster, const std::string& id) {
    const auto look = looks_.find(key);
    if (look == looks_.end() || look->second.serial != serial || !look->second.fetches.contains(cluster)) {
        return;
    }
    const Rival rival{look->second.name, look->second.owner, id, environment_->now()};
    drop(key, serial, cluster);
    known_.put(key, rival);
    counters.add(Counter::owner_rivals);
    found_(rival);
}

void RivalWatch::on_absent(const std::string& key, std::uint64_t serial, std::size_t cluster, const std::string& id) {
    if (const auto* rival = known_.find(key); rival != nullptr && rival->other == id) {
        known_.erase(key);
    }
    drop(key, serial, cluster);
}

void RivalWatch::on_silent(const std::string& key, std::uint64_t serial, std::size_t cluster, const std::string&) {
    drop(key, serial, cluster);
}

// The fetch may be the one whose event is being handled: it goes when nothing of it is on the stack any more.
void RivalWatch::drop(const std::string& key, std::uint64_t serial, std::size_t cluster) {
    const auto look = looks_.find(key);
    if (look == looks_.end() || look->second.serial != serial) {
        return;
    }
    auto& fetches = look->second.fetches;
    if (const auto fetch = fetches.find(cluster); fetch != fetches.end()) {
        environment_->post([done = std::move(fetch->second)] {});
        fetches.erase(fetch);
    }
    if (fetches.empty()) {
        looks_.erase(look);
    }
}

void RivalWatch::forget(const std::string& key, const std::vector<std::size_t>& clusters, const Config& config) {
    const auto* rival = known_.find(key);
    if (rival != nullptr && std::any_of(clusters.begin(), clusters.end(), [&](std::size_t number) {
            return config.clusters[number].id == rival->other || config.clusters[number].id == rival->owner;
        })) {
        known_.erase(key);
    }
}

void RivalWatch::stop() {
    for (auto& [key, look] : std::exchange(looks_, {})) {
        for (auto& [number, fetch] : look.fetches) {
            environment_->post([done = std::move(fetch)] {});
        }
    }
    known_.erase_if([](const std::string&, const Rival&) { return true; });
}

std::vector<Rival> RivalWatch::known() const {
    std::vector<Rival> rivals;
    known_.for_each([&](const std::string&, const Rival& rival) { rivals.push_back(rival); });
    return rivals;
}

}  // namespace branchline
