// What is inside FileCache: the index, the two threads that do its disk work, and what guards them. file_cache.cc is what
// callers see and never waits for the disk; file_cache_work.cc is what the threads do.
#pragma once

#include "tftpd/store/cache_disk.h"
#include "tftpd/store/cache_index.h"
#include "tftpd/store/disk_queue.h"
#include "tftpd/store/file_cache.h"
#include "tftpd/store/log_limit.h"

#include <condition_variable>
#include <mutex>

namespace branchline {

/// Temporary files in the cache's directory.
class CacheSpillSpace final : public SpillSpace {
public:
    explicit CacheSpillSpace(std::shared_ptr<CacheDisk> disk) : disk_(std::move(disk)) {}
    std::shared_ptr<TemporaryFile> make_file() override { return disk_->make_temporary(); }

private:
    std::shared_ptr<CacheDisk> disk_;
};

struct FileCache::Impl {
    static constexpr std::size_t max_lookups = 8192;  // waiting for the disk; more are answered "not there"
    static constexpr int max_attempts = 4;            // of a lookup: each time another copy was put while one was read
    static constexpr std::chrono::seconds oldest{std::chrono::hours(24 * 3650)};  // ages are clamped to it

    Impl(const CacheSettings& settings_now, std::set<std::string> clusters_now, Clocks clocks_now)
        : clocks(std::move(clocks_now)),
          disk(std::make_shared<CacheDisk>(settings_now.path)),
          space(std::make_shared<CacheSpillSpace>(disk)),
          settings(settings_now),
          clusters(std::move(clusters_now)),
          reader(max_lookups),
          writer(max_unwritten + 2 * max_files, [this] { disk->sync_names(); }) {}

    const Clocks clocks;
    const std::shared_ptr<CacheDisk> disk;
    const std::shared_ptr<SpillSpace> space;

    std::mutex mutex;
    std::condition_variable scan_ended;
    CacheSettings settings;
    std::set<std::string> clusters;
    CacheIndex index{max_memory, max_files};
    std::uint64_t last_generation = 0;
    std::size_t unwritten = 0;          // copies waiting for the disk
    std::uint64_t unwritten_bytes = 0;  // of those in memory
    bool scanned = false;
    bool writes_fail = false;
    LogLimit write_log;
    LogLimit read_log;

    // Two queues, so that reading a copy does not stand behind the fsync() of others. Last members: their threads use the rest.
    DiskQueue reader;
    DiskQueue writer;

    // All of these are called with the mutex held.
    bool is_fresh(const CacheItem& item) const;
    std::chrono::seconds age_of(const CacheItem& item) const;
    Found found(CacheItem& item, ContentPtr content);
    void forget(const std::string& key);
    void make_room();
    CacheItem& put(const FileName& name, const std::string& cluster, std::uint64_t size);
    void could_not_write(const std::string& name, const char* reason);
    void post_write(CacheItem& item, std::shared_ptr<const GrowingContent> in_file);

    // These without it.
    void scan();
    void lookup(const FileName& name, std::function<void(std::optional<Found>)> done, int attempt);
    void load(const FileName& name, std::uint64_t generation, const std::function<void(std::optional<Found>)>& done,
              int attempt);
    void write(const std::string& key, std::uint64_t generation, const std::shared_ptr<const GrowingContent>& in_file);
    void written(const std::string& key, std::uint64_t generation, int error, const std::optional<Sha256>& digest, bool same);
    bool wait_for_scan(std::unique_lock<std::mutex>& lock);
};

}  // namespace branchline
