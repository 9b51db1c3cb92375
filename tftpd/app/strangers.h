// DHCP servers that are none of ours: each is told of once an hour. Not for several threads.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/store/lru_map.h"

#include <chrono>
#include <cstddef>
#include <string>

namespace branchline {

class Strangers {
public:
    static constexpr std::size_t most_known = 64;

    /// Whether `server` is to be told of now.
    bool first(const std::string& server, TimePoint now) {
        const auto* told = told_.find(server);
        if (told != nullptr && now - *told < std::chrono::hours(1)) {
            return false;
        }
        told_.put(server, now);
        return true;
    }

private:
    LruMap<std::string, TimePoint> told_{most_known};
};

}  // namespace branchline
