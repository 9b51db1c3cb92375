#include "tftpd/store/file_cache.h"

#include "tftpd/base/counters.h"
#include "tftpd/log/log.h"
#include "tftpd/store/file_cache_impl.h"
#include "store_messages.h"

#include <utility>

namespace branchline {
namespace {

constexpr std::chrono::seconds write_behind{3};  // what the destructor gives the writer
constexpr std::chrono::seconds scan_patience{5};

}  // namespace

FileCache::Clocks FileCache::real_clocks() {
    return {[] { return Clock::now(); },
            [] {
                return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
                    .count();
            }};
}

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
    const auto now = clocks.steady();
    return !item.outdated && (now < item.held_until || (item.fetched && now - *item.fetched < lifetime));
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
    std::optional<Found> answer;
    {
        const std::scoped_lock lock(mutex);
        auto* item = index.find(name.key());
        if (item == nullptr) {
            // Not looked through yet: ask again behind the scan, which is the reader's first job.
            if (!scanned && attempt < max_attempts &&
                reader.post([this, name, done, attempt] { lookup(name, done, attempt + 1); })) {
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
        if (!content->file()) {
            impl_->could_not_write(name.text(), "no room on the disk while it arrived");
        }
        impl_->forget(name.key());
        return;
    }
    auto& item = impl_->put(name, cluster, size);
    item.pinned = content;
    item.open = content;
    impl_->post_write(item, std::move(content));
    impl_->make_room();
}

void FileCache::Impl::could_not_write(const std::string& name, const char* reason) {
    counters.add(Counter::cache_write_errors);
    if (write_log.pass()) {
        LOG_ERROR(upstream_logger, CACHE_WRITE_FAILED).arg(escaped(name)).arg(reason);
    }
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
    could_not_write(item.name, "the disk is too slow");
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

void FileCache::outdate(const std::string& key) {
    const std::scoped_lock lock(impl_->mutex);
    if (auto* item = impl_->index.find(key)) {
        item->outdated = true;
    }
}

bool FileCache::hold(const std::string& key, std::chrono::seconds time) {
    const std::scoped_lock lock(impl_->mutex);
    auto* item = impl_->index.find(key);
    if (item == nullptr) {
        return false;
    }
    item->held_until = impl_->clocks.steady() + time;
    item->outdated = false;
    return true;
}

bool FileCache::contains(const std::string& key) {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->index.find(key) != nullptr;
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

FileCache::Totals FileCache::totals() {
    const std::lock_guard lock(impl_->mutex);
    return {impl_->index.items().size(), impl_->index.bytes()};
}

std::shared_ptr<SpillSpace> FileCache::spill_space() const {
    return impl_->space;
}

void FileCache::settle() {
    impl_->reader.settle();
    impl_->writer.settle();
}

}  // namespace branchline
