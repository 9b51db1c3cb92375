#include "tftpd/console/live_topics.h"

#include <utility>

namespace branchline {

void LiveTopics::add(const std::string& name, LiveTopic topic) {
    topics_[name] = {std::move(topic)};
}

std::shared_ptr<AdminFeed> LiveTopics::watch(const std::string& name, const std::string& token) {
    const std::lock_guard lock(mutex_);
    auto& watchers = topics_.at(name).watchers;
    if (watchers.size() >= max_watchers) {
        return nullptr;
    }
    watchers.push_back({std::make_shared<AdminFeed>(), token});
    return watchers.back().feed;
}

// Looks are taken without the lock: they may wait for other threads, and those on which pages come must not.
void LiveTopics::tick(std::int64_t seconds, const std::function<bool(const std::string& token)>& is_open) {
    for (auto& [name, watched] : topics_) {
        std::vector<Watcher> watchers;
        {
            const std::lock_guard lock(mutex_);
            std::erase_if(watched.watchers, [&](const Watcher& watcher) {
                if (!watcher.feed->closed() && !is_open(watcher.token)) {
                    watcher.feed->close();
                }
                return watcher.feed->closed();
            });
            watchers = watched.watchers;
            for (auto& watcher : watched.watchers) {
                watcher.has_all = true;
            }
        }
        if (watchers.empty()) {
            continue;
        }
        watched.topic.look(seconds);
        for (const auto& watcher : watchers) {
            const auto text = watcher.has_all ? watched.topic.change() : watched.topic.everything();
            watcher.feed->put(text.empty() ? std::string(":\n\n") : "data: " + text + "\n\n");
        }
    }
}

}  // namespace branchline
