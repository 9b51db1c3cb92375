// Which cluster owns a name: where a search among all clusters found it. Forgotten after valid-lifetime counted from that
// search, however often the owner is asked meanwhile, so that a name that moved while its old cluster kept it is found again,
// too.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/store/lru_map.h"

#include <functional>
#include <optional>
#include <string>

namespace branchline {

class Owners {
public:
    static constexpr std::size_t max_names = 65'536;

    void put(const std::string& key, const std::string& cluster, TimePoint until) { names_.put(key, {cluster, until}); }
    bool erase(const std::string& key) { return names_.erase(key); }
    std::size_t erase_if(const std::function<bool(const std::string& key, const std::string& cluster)>& matches) {
        return names_.erase_if([&](const std::string& key, const Owner& owner) { return matches(key, owner.cluster); });
    }

    [[nodiscard]] std::optional<std::string> find(const std::string& key, TimePoint now) {
        const auto* owner = names_.find(key);
        if (owner != nullptr && now >= owner->until) {
            names_.erase(key);
            return std::nullopt;
        }
        return owner == nullptr ? std::nullopt : std::optional(owner->cluster);
    }

private:
    struct Owner {
        std::string cluster;
        TimePoint until;
    };
    LruMap<std::string, Owner> names_{max_names};
};

}  // namespace branchline
