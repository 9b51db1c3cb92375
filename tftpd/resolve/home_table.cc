#include "tftpd/resolve/home_table.h"

namespace branchline {

void HomeTable::learn(const std::string& mac, const IpAddress& address, const std::string& cluster) {
    const auto from = unmapped(address).to_string();
    const std::scoped_lock lock(mutex_);
    for (const auto& key : {mac, from}) {
        if (cluster.empty()) {
            homes_.erase(key);
        } else {
            homes_.put(key, cluster);
        }
    }
}

std::optional<std::string> HomeTable::home_of(const std::string& mac, const IpAddress& address) {
    const auto key = mac.empty() ? unmapped(address).to_string() : mac;
    const std::scoped_lock lock(mutex_);
    const auto* found = homes_.find(key);
    return found == nullptr ? std::nullopt : std::optional(*found);
}

}  // namespace branchline
