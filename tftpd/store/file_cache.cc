#include "tftpd/store/file_cache.h"

#include "tftpd/base/counters.h"
#include "tftpd/log/log.h"
#include "tftpd/store/cache_disk.h"
#include "tftpd/store/cache_index.h"
#include "tftpd/store/disk_queue.h"
#include "tftpd/store/log_limit.h"
#include "store_messages.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>

namespace branchline {
namespace {

constexpr std::size_t max_lookups = 8192;          // waiting for the disk; more are answered "not there"
constexpr std::chrono::seconds write_behind{3};    // what the destructor gives the writer
constexpr std::chrono::seconds scan_patience{5};
constexpr std::chrono::seconds oldest{std::chrono::hours(24 * 3650)};  // ages are clamped to it

class CacheSpillSpace final : public SpillSpace {
public:
    explicit CacheSpillSpace(std::shared_ptr<CacheDisk> disk) : disk_(std::move(disk)) {}
    std::shared_ptr<TemporaryFile> make_file() override { return disk_->make_temporary(); }

private:
    std::shared_ptr<CacheDisk> disk_;
};

}  // namespace

FileCache::Clocks FileCache::real_clocks() {
    return {[] { return Clock::now(); },
            [] {
                return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
                    .count();
            }};
}

struct FileCache::Impl {
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
    std::size_t unwritten = 0;           // copies waiting for the disk
    std::uint64_t unwritten_bytes = 0;   // of those in memory
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
    void post_write(CacheItem& item, std::shared_ptr<const GrowingContent> in_file);

    // These without it.
    void scan();
    void lookup(const FileName& name, std::function<void(std::optional<Found>)> done, int attempt);
    void load(const FileName& name, std::uint64_t generation, const std::function<void(std::optional<Found>)>& done, int attempt);
    void write(const std::string& key, std::uint64_t generation, const std::shared_ptr<const GrowingContent>& in_file);
    void written(const std::string& key, std::uint64_t generation, int error, const std::optional<Sha256>& digest, bool same);
    bool wait_for_scan(std::unique_lock<std::mutex>& lock);
};

FileCache::FileCache(const CacheSettings& settings, std::set<std::string> clusters, Clocks clocks)
    : impl_(std::make_unique<Impl>(settings, std::move(clusters), std::move(clocks))) {
    static_cast<void>(impl_->reader.post([impl = impl_.get()] { impl->scan(); }));
}

FileCache::~FileCache() {
    impl_->reader.stop(Duration::zero());
    impl_->writer.stop(write_behind);
}

void FileCache::reconfigure(const CacheSettings& settings, std::set<std::string> clusters) {
    const std::scoped_lock lock(impl_->mutex);
    const auto path = impl_->settings.path;
    impl_->settings = settings;
    impl_->settings.path = path;
    impl_->clusters = std::move(clusters);
    std::vector<std::string> gone;
    for (const auto& item : impl_->index.items()) {
        if (!impl_->clusters.contains(item.cluster)) {
            gone.push_back(item.key);
        }
    }
    for (const auto& key : gone) {
        impl_->forget(key);
    }
    impl_->make_room();
}

bool FileCache::Impl::is_fresh(const CacheItem& item) const {
    const auto lifetime = item.kind == FileName::Kind::common ? settings.valid_lifetime : settings.config_lifetime;
    return item.fetched && clocks.steady() - *item.fetched < lifetime;
}

std::chrono::seconds FileCache::Impl::age_of(const CacheItem& item) const {
    return item.fetched ? std::chrono::duration_cast<std::chrono::seconds>(clocks.steady() - *item.fetched) : oldest;
}

FileCache::Found FileCache::Impl::found(CacheItem& item, ContentPtr content) {
    index.used(item);
    return {std::move(content), item.cluster, is_fresh(item), item.earlier_run};
}

void FileCache::Impl::forget(const std::string& key) {
    index.erase(key);
    // Behind all writes of that name, so that none of them brings it back.
    static_cast<void>(writer.post([this, key] { disk->remove(key); }));
}

void FileCache::Impl::make_room() {
    for (const auto& key : index.evict(settings.max_size)) {
        counters.add(Counter::cache_evictions);
        static_cast<void>(writer.post([this, key] { disk->remove(key); }));
    }
}

std::optional<FileCache::Found> FileCache::fresh_in_memory(const FileName& name) {
    const std::scoped_lock lock(impl_->mutex);
    auto* item = impl_->index.find(name.key());
    if (item == nullptr || !impl_->is_fresh(*item)) {
        return std::nullopt;
    }
    auto content = impl_->index.at_hand(*item);
    return content ? std::optional(impl_->found(*item, std::move(content))) : std::nullopt;
}

void FileCache::lookup(const FileName& name, std::function<void(std::optional<Found>)> done) {
    impl_->lookup(name, std::move(done), 0);
}

void FileCache::Impl::lookup(const FileName& name, std::function<void(std::optional<Found>)> done, int attempt) {
    constexpr int max_attempts = 4;  // each time another copy was put while this one was read
    std::optional<Found> answer;
    {
        const std::scoped_lock lock(mutex);
        auto* item = index.find(name.key());
        if (item == nullptr) {
            // Not looked through yet: ask again behind the scan, which is the reader's first job.
            if (!scanned && attempt < max_attempts && reader.post([this, name, done, attempt] { lookup(name, done, attempt + 1); })) {
                return;
            }
        } else if (auto content = index.at_hand(*item)) {
            answer = found(*item, std::move(content));
        } else if (!item->on_disk) {
            forget(name.key());
        } else if (attempt < max_attempts && reader.post([this, name, generation = item->generation, done, attempt] {
                       load(name, generation, done, attempt);
                   })) {
            return;
        }
    }
    done(std::move(answer));
}

void FileCache::Impl::load(const FileName& name, std::uint64_t generation,
                           const std::function<void(std::optional<Found>)>& done, int attempt) {
    using Outcome = CacheDisk::Loaded::Outcome;
    std::optional<FileIdentity> verified;
    {
        const std::scoped_lock lock(mutex);
        if (const auto* item = index.find(name.key(), generation)) {
            verified = item->verified;
        }
    }
    const auto loaded = disk->load(name.key(), max_file_in_memory, verified);
    std::optional<Found> answer;
    {
        std::unique_lock lock(mutex);
        auto* item = index.find(name.key(), generation);
        if (item == nullptr) {
            lock.unlock();
            lookup(name, done, attempt + 1);
            return;
        }
        if (loaded.outcome == Outcome::good && loaded.record.cluster == item->cluster) {
            item->verified = loaded.identity;
            item->digest_on_disk = loaded.record.digest;
            item->size = loaded.record.size;
            if (loaded.record.size <= max_file_in_memory) {
                index.keep_in_memory(*item, loaded.content);
            } else {
                item->open = loaded.content;
            }
            answer = found(*item, loaded.content);
        } else if (loaded.outcome == Outcome::failed) {
            if (read_log.pass()) {
                LOG_WARN(upstream_logger, CACHE_READ_FAILED).arg(escaped(name.text())).arg(std::strerror(loaded.error));
            }
        } else {
            if (loaded.outcome != Outcome::missing) {
                counters.add(Counter::cache_corrupt);
                LOG_WARN(upstream_logger, CACHE_FILE_CORRUPT).arg(escaped(name.text())).arg(item->cluster);
            }
            forget(name.key());
        }
    }
    done(std::move(answer));
}

CacheItem& FileCache::Impl::put(const FileName& name, const std::string& cluster, std::uint64_t size) {
    CacheItem item;
    item.key = name.key();
    item.name = name.text();
    item.cluster = cluster;
    item.kind = name.kind();
    item.size = size;
    item.fetched = clocks.steady();
    item.generation = ++last_generation;
    return index.put(std::move(item));
}

void FileCache::put(const FileName& name, const std::string& cluster, std::shared_ptr<const MemoryContent> content) {
    const auto size = content->bytes().size();
    const std::scoped_lock lock(impl_->mutex);
    if (size > max_file_in_memory || size + CacheRecord::size_on_disk > impl_->settings.max_size) {
        impl_->forget(name.key());
        return;
    }
    auto& item = impl_->put(name, cluster, size);
    item.pinned = content;
    impl_->index.keep_in_memory(item, std::move(content));
    impl_->post_write(item, nullptr);
    impl_->make_room();
}

void FileCache::put(const FileName& name, const std::string& cluster, std::shared_ptr<const GrowingContent> content) {
    const auto size = content->length();
    const std::scoped_lock lock(impl_->mutex);
    if (!content->file() || size + CacheRecord::size_on_disk > impl_->settings.max_size) {
        impl_->forget(name.key());
        return;
    }
    auto& item = impl_->put(name, cluster, size);
    item.pinned = content;
    item.open = content;
    impl_->post_write(item, std::move(content));
    impl_->make_room();
}

void FileCache::Impl::post_write(CacheItem& item, std::shared_ptr<const GrowingContent> in_file) {
    const auto in_memory = in_file ? 0 : item.size;
    const bool room = unwritten < max_unwritten && unwritten_bytes + in_memory <= max_unwritten_bytes;
    if (room && writer.post([this, key = item.key, generation = item.generation, in_memory, in_file = std::move(in_file)] {
            write(key, generation, in_file);
            const std::scoped_lock lock(mutex);
            --unwritten;
            unwritten_bytes -= in_memory;
        })) {
        ++unwritten;
        unwritten_bytes += in_memory;
        return;
    }
    item.pinned = nullptr;
    counters.add(Counter::cache_write_errors);
    if (write_log.pass()) {
        LOG_WARN(upstream_logger, CACHE_WRITE_FAILED).arg(escaped(item.name)).arg("the disk is too slow");
    }
}

void FileCache::Impl::write(const std::string& key, std::uint64_t generation,
                            const std::shared_ptr<const GrowingContent>& in_file) {
    CacheRecord record;
    std::optional<Sha256> before;
    ContentPtr content;
    {
        const std::scoped_lock lock(mutex);
        const auto* item = index.find(key, generation);
        if (item == nullptr) {
            return;  // replaced or forgotten meanwhile
        }
        record.name = item->name;
        record.cluster = item->cluster;
        record.size = item->size;
        before = item->digest_on_disk;
        content = item->pinned;
        // The wall clock of the fetch, not of now: the copy may have waited for the disk.
        record.fetched = clocks.wall() - age_of(*item).count();
    }
    int error = 0;
    const auto* in_memory = dynamic_cast<const MemoryContent*>(content.get());
    auto file = in_file ? in_file->file() : nullptr;
    if (in_memory != nullptr) {
        record.digest = sha256(in_memory->bytes());
    } else if (const auto digest = file ? CacheDisk::digest_of(file->fd(), record.size) : std::nullopt) {
        record.digest = *digest;
    } else {
        error = EIO;
    }
    // A configuration is fetched again every few seconds and hardly ever differs: the flash is not written for that. After a
    // restart such a copy looks older than it is, which is the safe side.
    const bool same = error == 0 && before == record.digest;
    if (error == 0 && !same) {
        if (in_memory != nullptr) {
            file = disk->write(record, in_memory->bytes());
            error = file ? 0 : errno;
        } else {
            error = CacheDisk::write_record(*file, record);
        }
        bool wanted = error == 0;
        if (wanted) {
            const std::scoped_lock lock(mutex);
            wanted = index.find(key, generation) != nullptr;
        }
        if (wanted) {
            error = disk->publish(*file, key);
        }
    }
    written(key, generation, error, record.digest, same);
}

void FileCache::Impl::written(const std::string& key, std::uint64_t generation, int error, const std::optional<Sha256>& digest,
                              bool same) {
    const std::scoped_lock lock(mutex);
    if (error == 0 && !same) {
        counters.add(Counter::cache_writes);
        if (writes_fail) {
            writes_fail = false;
            LOG_INFO(upstream_logger, CACHE_WRITES_AGAIN).arg(disk->directory().string());
        }
    }
    auto* item = index.find(key, generation);
    if (item == nullptr) {
        return;
    }
    item->pinned = nullptr;
    item->on_disk = error == 0;
    item->digest_on_disk = error == 0 ? digest : std::nullopt;
    if (error != 0) {
        writes_fail = true;
        counters.add(Counter::cache_write_errors);
        if (write_log.pass()) {
            LOG_ERROR(upstream_logger, CACHE_WRITE_FAILED).arg(escaped(item->name)).arg(std::strerror(error));
        }
    }
}

void FileCache::Impl::scan() {
    std::vector<CacheRecord> records;
    const auto bad = disk->scan(max_files, [&](const CacheRecord& record) { records.push_back(record); });
    // The newest first: how often each was used before is not known.
    std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.fetched > b.fetched; });
    const auto wall = clocks.wall();
    const std::scoped_lock lock(mutex);
    const auto steady = clocks.steady();
    for (const auto& record : records) {
        const auto name = FileName::parse(record.name);
        if (!name || index.find(name->key()) != nullptr) {
            continue;  // fetched again meanwhile, which also replaces the file
        }
        if (!clusters.contains(record.cluster)) {
            static_cast<void>(writer.post([this, key = name->key()] { disk->remove(key); }));
            continue;
        }
        CacheItem item;
        item.key = name->key();
        item.name = name->text();
        item.cluster = record.cluster;
        item.kind = name->kind();
        item.size = record.size;
        if (record.fetched <= wall) {
            // Unsigned: a record may say any time, and the difference must not overflow.
            const auto age = static_cast<std::uint64_t>(wall) - static_cast<std::uint64_t>(record.fetched);
            const auto most = static_cast<std::uint64_t>(oldest.count());
            item.fetched = steady - std::chrono::seconds(std::min(age, most));
        }
        item.generation = ++last_generation;
        item.earlier_run = true;
        item.on_disk = true;
        item.digest_on_disk = record.digest;
        index.put_last(std::move(item));
    }
    make_room();
    scanned = true;
    scan_ended.notify_all();
    counters.add(Counter::cache_corrupt, bad);
    LOG_INFO(upstream_logger, CACHE_READY).arg(disk->directory().string()).arg(index.items().size()).arg(index.bytes()).arg(bad);
}

bool FileCache::Impl::wait_for_scan(std::unique_lock<std::mutex>& lock) {
    return scan_ended.wait_for(lock, scan_patience, [this] { return scanned; });
}

std::size_t FileCache::erase_if(const std::function<bool(const std::string&, const std::string&)>& matches) {
    std::unique_lock lock(impl_->mutex);
    impl_->wait_for_scan(lock);
    std::vector<std::string> gone;
    for (const auto& item : impl_->index.items()) {
        if (matches(item.key, item.cluster)) {
            gone.push_back(item.key);
        }
    }
    for (const auto& key : gone) {
        impl_->forget(key);
    }
    return gone.size();
}

bool FileCache::erase(const FileName& name, const std::string& cluster) {
    const std::scoped_lock lock(impl_->mutex);
    const auto* item = impl_->index.find(name.key());
    if (item == nullptr || item->cluster != cluster) {
        return false;
    }
    impl_->forget(name.key());
    return true;
}

std::vector<FileCache::Listed> FileCache::list() {
    std::unique_lock lock(impl_->mutex);
    impl_->wait_for_scan(lock);
    std::vector<Listed> listed;
    for (const auto& item : impl_->index.items()) {
        listed.push_back({item.name, item.cluster, item.size, impl_->age_of(item), impl_->is_fresh(item)});
    }
    return listed;
}

std::shared_ptr<SpillSpace> FileCache::spill_space() const {
    return impl_->space;
}

void FileCache::settle() {
    impl_->reader.settle();
    impl_->writer.settle();
}

}  // namespace branchline
