#include "tftpd/store/cache_index.h"

#include <utility>

namespace branchline {

CacheItem* CacheIndex::find(const std::string& key) {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &*found->second;
}

CacheItem* CacheIndex::find(const std::string& key, std::uint64_t generation) {
    auto* item = find(key);
    return item != nullptr && item->generation == generation ? item : nullptr;
}

void CacheIndex::used(const CacheItem& item) {
    items_.splice(items_.begin(), items_, by_key_.at(item.key));
}

CacheItem& CacheIndex::put(CacheItem item) {
    if (const auto* earlier = find(item.key)) {
        if (earlier->cluster == item.cluster) {
            item.digest_on_disk = earlier->digest_on_disk;
        }
        erase(item.key);
    }
    bytes_ += bytes_of(item);
    items_.push_front(std::move(item));
    by_key_[items_.front().key] = items_.begin();
    return items_.front();
}

void CacheIndex::put_last(CacheItem item) {
    if (find(item.key) != nullptr) {
        return;
    }
    bytes_ += bytes_of(item);
    items_.push_back(std::move(item));
    by_key_[items_.back().key] = std::prev(items_.end());
}

bool CacheIndex::erase(const std::string& key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) {
        return false;
    }
    drop(found->second);
    return true;
}

void CacheIndex::drop(Items::iterator item) {
    bytes_ -= bytes_of(*item);
    memory_.erase(item->key);
    by_key_.erase(item->key);
    items_.erase(item);
}

ContentPtr CacheIndex::at_hand(const CacheItem& item) {
    if (const auto* content = memory_.find(item.key)) {
        return *content;
    }
    return item.pinned ? item.pinned : item.open.lock();
}

void CacheIndex::keep_in_memory(const CacheItem& item, ContentPtr content) {
    memory_.put(item.key, std::move(content), item.size + sizeof(MemoryContent));
}

std::vector<std::string> CacheIndex::evict(std::uint64_t max_bytes) {
    std::vector<std::string> evicted;
    while (items_.size() > 1 && (bytes_ > max_bytes || items_.size() > max_items_)) {
        evicted.push_back(items_.back().key);
        drop(std::prev(items_.end()));
    }
    return evicted;
}

}  // namespace branchline
