#include "tftpd/base/counters.h"
#include "tftpd/log/log.h"
#include "tftpd/store/file_cache_impl.h"
#include "store_messages.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace branchline {

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
            item->verified =
                loaded.identity.too_young_to_trust(wall_clock_ns()) ? std::nullopt : std::optional(loaded.identity);
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
        could_not_write(item->name, std::strerror(error));
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
    LOG_INFO(upstream_logger, CACHE_READY)
        .arg(disk->directory().string())
        .arg(index.items().size())
        .arg(index.bytes())
        .arg(bad);
}

}  // namespace branchline
