#include "kea-hooks/stranger.h"

#include <algorithm>

namespace branchline::hook {

bool is_stranger(const Address& server, const Setting& setting, const Surroundings& surroundings) {
    if (server.empty() || surroundings.is_own(server)) {
        return false;
    }
    const auto is_partner = [&](const ServerEntry& entry) { return entry.address && *entry.address == server; };
    if (setting.servers != nullptr && std::ranges::any_of(setting.servers->of(server.family()), is_partner)) {
        return false;
    }
    const auto* known = setting.known_dhcp_servers;
    return known == nullptr || std::ranges::find(*known, server) == known->end();
}

}  // namespace branchline::hook
