// Names that no cluster has, remembered for a short while so that a phone that asks again and again, or a stranger who tries
// names, costs the clusters nothing. Bounded (T10), apart from the copies of files, and safe to use from any thread.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/store/lru_map.h"

#include <functional>
#include <mutex>
#include <string>

namespace branchline {

class NegativeCache {
public:
    static constexpr std::size_t max_names = 10'000;

    void put(const std::string& key, TimePoint until);
    [[nodiscard]] bool contains(const std::string& key, TimePoint now);
    bool erase(const std::string& key);
    std::size_t erase_if(const std::function<bool(const std::string& key)>& matches);

private:
    std::mutex mutex_;
    LruMap<std::string, TimePoint> names_{max_names};
};

}  // namespace branchline
