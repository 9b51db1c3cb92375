#include "kea-hooks/chosen_servers.h"

#include <utility>

namespace branchline::hook {

void ChosenServers::forget(TimePoint now) {
    std::erase_if(servers_, [now](const auto& entry) { return now - entry.second.since >= remembered; });
}

void ChosenServers::tell(EventRecord event, const Address& server) {
    if (told_.size() < max_told) {
        event.server_duid_size = 0;
        event.set_servers({&server, 1});
        told_.push_back(event);
    }
}

bool ChosenServers::chosen(const EventRecord& event, TimePoint now) {
    forget(now);
    const Bytes duid(event.server_duid.begin(), event.server_duid.begin() + event.server_duid_size);
    const auto known = servers_.find(duid);
    if (known == servers_.end()) {
        if (servers_.size() >= max_servers) {
            return false;
        }
        servers_[duid] = {.since = now, .waiting = {event}};
        return true;
    }
    auto& server = known->second;
    if (!server.address.empty()) {
        tell(event, server.address);
    } else if (now - server.since < answer_patience && server.waiting.size() < max_waiting) {
        server.waiting.push_back(event);
    }
    return false;
}

void ChosenServers::answered(ByteView duid, const Address& server, TimePoint now) {
    forget(now);
    const Bytes key(duid.begin(), duid.end());
    if (duid.empty() || duid.size() > max_duid || (servers_.size() >= max_servers && !servers_.contains(key))) {
        return;
    }
    auto& known = servers_[key];
    if (now - known.since < answer_patience) {
        for (const auto& event : known.waiting) {
            tell(event, server);
        }
    }
    known = {.address = server, .since = now};
}

std::vector<EventRecord> ChosenServers::take() {
    return std::exchange(told_, {});
}

}  // namespace branchline::hook
