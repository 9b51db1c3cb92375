// What was fetched from the remote clusters: one copy a name, of the cluster it last came from. Survives a restart, is checked
// before it is given out, and never makes an answer wait for the disk: a copy is served from memory at once and written behind.
//
//   put() --> in memory, served --written, fsync, renamed--> on disk --evicted from memory--> read and checked when asked
//                     \--disk full, broken, read-only--> served from memory for as long as it stays there
//
// Fresh is what was fetched less than its kind's lifetime ago by the steady clock: config-lifetime for device configurations
// and trust lists, valid-lifetime for all else. Copies of an earlier run age by the wall clock's difference; if that makes no
// sense (the clock went back), they are not fresh. Copies that are not fresh are kept: they are the last good ones.
//
// Safe to use from any thread. The wish to be told is answered on the caller's thread or on the cache's own.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/store/file_name.h"
#include "tftpd/store/growing_content.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace branchline {

class FileCache {
public:
    static constexpr std::uint64_t max_memory = 16u << 20;         ///< bytes, over all copies kept in memory
    static constexpr std::uint64_t max_file_in_memory = 1u << 20;  ///< bytes; larger ones are read from disk
    static constexpr std::size_t max_files = 50'000;
    static constexpr std::size_t max_unwritten = 4096;               ///< copies waiting for the disk; more are not written
    static constexpr std::uint64_t max_unwritten_bytes = 32u << 20;  ///< of those that are in memory

    /// The clocks, so that tests can set them.
    struct Clocks {
        std::function<TimePoint()> steady;
        std::function<std::int64_t()> wall;  ///< seconds since the epoch
    };
    static Clocks real_clocks();

    struct Found {
        ContentPtr content;
        std::string cluster;
        bool fresh = false;
        bool earlier_run = false;  ///< fetched before the daemon was started
    };
    struct Listed {
        std::string name;
        std::string cluster;
        std::uint64_t size = 0;  ///< bytes
        std::chrono::seconds age{};
        bool fresh = false;
    };

    struct Totals {
        std::uint64_t files = 0;
        std::uint64_t bytes = 0;  ///< as they take up on disk
    };

    /// Looks through what is on disk in the background. Copies of clusters that are not in `clusters` are forgotten.
    FileCache(const CacheSettings& settings, std::set<std::string> clusters, Clocks clocks = real_clocks());
    ~FileCache();  ///< writes what is waiting, for at most three seconds; lookups still open are not answered
    FileCache(const FileCache&) = delete;
    FileCache& operator=(const FileCache&) = delete;

    /// New sizes and lifetimes (the path stays), and the clusters that are left.
    void reconfigure(const CacheSettings& settings, std::set<std::string> clusters);

    /// The copy, if it is fresh and in memory: never waits.
    [[nodiscard]] std::optional<Found> fresh_in_memory(const FileName& name);

    /// The copy, fresh or not, read and checked if need be. `done` is called once, now or from the cache's thread.
    void lookup(const FileName& name, std::function<void(std::optional<Found>)> done);

    /// Keeps what was just fetched; it takes the place of any other copy of that name.
    void put(const FileName& name, const std::string& cluster, std::shared_ptr<const MemoryContent> content);
    /// The same for content that is complete and in a file of spill_space().
    void put(const FileName& name, const std::string& cluster, std::shared_ptr<const GrowingContent> content);

    /// Forgets copies; returns how many. `matches` gets key and cluster, and must not call the cache. Waits (up to five
    /// seconds) for the look through the disk to end, so that nothing comes back.
    std::size_t erase_if(const std::function<bool(const std::string& key, const std::string& cluster)>& matches);
    /// Forgets this copy if it came from `cluster`. Does not wait.
    bool erase(const FileName& name, const std::string& cluster);

    /// The copy of that key, if there is one, is not fresh any more; it stays the last good one.
    void outdate(const std::string& key);
    /// The copy of that key is fresh for so long from now, however old it is. False if there is none.
    bool hold(const std::string& key, std::chrono::seconds time);
    /// Whether there is a copy, fresh or not, as far as the disk has been looked through.
    [[nodiscard]] bool contains(const std::string& key);

    [[nodiscard]] std::vector<Listed> list();
    [[nodiscard]] Totals totals();  ///< as far as the disk has been looked through

    /// Temporary files in the cache's directory for content that is arriving.
    [[nodiscard]] std::shared_ptr<SpillSpace> spill_space() const;

    /// Waits until all that was asked of the disk so far is done.
    void settle();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
