// What the cache holds and who has to go when it is full: pure bookkeeping, no disk, no clock, no lock (FileCache has all
// three). An entry is in one or more of these states: in memory (bounded, by use), waiting to be written (pinned), on disk,
// and, if it is large, open in some transfer. One that is in none of them is gone.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/store/cache_record.h"
#include "tftpd/store/file_content.h"
#include "tftpd/store/file_name.h"
#include "tftpd/store/lru_map.h"

#include <list>
#include <string>
#include <unordered_map>
#include <vector>

namespace branchline {

struct CacheItem {
    std::string key;
    std::string name;
    std::string cluster;
    FileName::Kind kind = FileName::Kind::common;
    std::uint64_t size = 0;                  ///< bytes
    std::optional<TimePoint> fetched{};      ///< nothing: longer ago than can be said
    bool earlier_run = false;                ///< found on disk at the start
    TimePoint held_until{};                  ///< fresh until then, however old: it was fetched to be there
    bool outdated = false;                   ///< not fresh, however young: its phone boots anew
    std::uint64_t generation = 0;            ///< tells this copy from an earlier or later one of the name
    bool on_disk = false;                    ///< these bytes, under the final name
    std::optional<Sha256> digest_on_disk{};  ///< of the bytes under the final name, this copy's or the one's before
    std::optional<FileIdentity> verified{};  ///< the state of the file that was checked last
    ContentPtr pinned{};                     ///< until it is written
    std::weak_ptr<const Content> open{};     ///< large content that some transfer holds
};

class CacheIndex {
public:
    CacheIndex(std::uint64_t max_memory, std::size_t max_items) : memory_(max_memory), max_items_(max_items) {}

    /// nullptr if there is none. Valid until the next put or erase.
    CacheItem* find(const std::string& key);
    /// As find(), but only that very copy.
    CacheItem* find(const std::string& key, std::uint64_t generation);
    void used(const CacheItem& item);

    /// The newest item. What the earlier copy left on disk is taken over from it.
    CacheItem& put(CacheItem item);
    /// The item used longest ago so far; only if there is none of that key.
    void put_last(CacheItem item);
    bool erase(const std::string& key);

    /// The bytes, if they are at hand without touching the disk.
    ContentPtr at_hand(const CacheItem& item);
    void keep_in_memory(const CacheItem& item, ContentPtr content);

    /// Takes out items used longest ago until `max_bytes` and the number are kept to; the newest stays. Returns their keys.
    std::vector<std::string> evict(std::uint64_t max_bytes);

    [[nodiscard]] const std::list<CacheItem>& items() const { return items_; }  ///< last used first
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }                ///< as they take up on disk

private:
    using Items = std::list<CacheItem>;
    static std::uint64_t bytes_of(const CacheItem& item) { return item.size + CacheRecord::size_on_disk; }
    void drop(Items::iterator item);

    Items items_;
    std::unordered_map<std::string, Items::iterator> by_key_;
    LruMap<std::string, ContentPtr> memory_;
    std::size_t max_items_;
    std::uint64_t bytes_ = 0;
};

}  // namespace branchline
