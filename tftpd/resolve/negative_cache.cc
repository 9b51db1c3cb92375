#include "tftpd/resolve/negative_cache.h"

namespace branchline {

void NegativeCache::put(const std::string& key, TimePoint until) {
    const std::scoped_lock lock(mutex_);
    names_.put(key, until);
}

bool NegativeCache::contains(const std::string& key, TimePoint now) {
    const std::scoped_lock lock(mutex_);
    const auto* until = names_.find(key);
    if (until == nullptr) {
        return false;
    }
    if (now >= *until) {
        names_.erase(key);
        return false;
    }
    return true;
}

bool NegativeCache::erase(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    return names_.erase(key);
}

std::size_t NegativeCache::erase_if(const std::function<bool(const std::string&)>& matches) {
    const std::scoped_lock lock(mutex_);
    return names_.erase_if([&](const std::string& key, TimePoint) { return matches(key); });
}

}  // namespace branchline
