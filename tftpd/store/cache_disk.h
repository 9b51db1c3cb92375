// The cache's directory: writing, reading and checking its files, no index and no threads. A file there is a CacheRecord and
// the bytes of what was fetched; it gets its name only when all of it is on the disk, so that after a crash or a power cut
// there are good files, and temporary ones that the next scan removes. Every call may block for as long as the disk takes.
#pragma once

#include "tftpd/store/cache_record.h"
#include "tftpd/store/file_content.h"
#include "tftpd/store/temporary_file.h"

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace branchline {

class CacheDisk {
public:
    explicit CacheDisk(std::filesystem::path directory);

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

    /// An empty temporary file; nullptr and errno on failure. Safe from any thread.
    std::shared_ptr<TemporaryFile> make_temporary();

    /// Writes record and bytes to a new temporary file. nullptr and errno on failure.
    std::shared_ptr<TemporaryFile> write(const CacheRecord& record, ByteView bytes);
    /// Puts the record in front of the bytes that are already in `file`, from CacheRecord::size_on_disk on. 0, or errno.
    static int write_record(TemporaryFile& file, const CacheRecord& record);
    /// SHA-256 of the `size` bytes behind the record's place; nothing on I/O error.
    static std::optional<Sha256> digest_of(int fd, std::uint64_t size);

    /// On disk, under its final name. 0, or errno.
    int publish(TemporaryFile& file, const std::string& key);
    void remove(const std::string& key);
    /// Makes sure that new and removed names are on the disk.
    void sync_names();

    struct Loaded {
        enum class Outcome { good, missing, corrupt, failed };
        Outcome outcome = Outcome::failed;
        int error = 0;  ///< errno, when failed
        CacheRecord record;
        FileIdentity identity;
        ContentPtr content;  ///< MemoryContent up to `max_in_memory`, else FileContent; when good
    };
    /// Reads one file and checks all of it; `verified` is the identity under which that was done before, if it was: a large
    /// file that still has it is not read again.
    Loaded load(const std::string& key, std::uint64_t max_in_memory, const std::optional<FileIdentity>& verified) const;

    /// Calls `each` for every file whose record is good and whose length fits it; removes those that are not, and what earlier
    /// runs left unfinished. Returns how many bad files were removed. Looks at no more than `max_files`, removing the others.
    std::size_t scan(std::size_t max_files, const std::function<void(const CacheRecord&)>& each);

private:
    [[nodiscard]] std::filesystem::path path_of(const std::string& key) const;

    const std::filesystem::path directory_;
    std::string temporary_prefix_;  // of this run: a scan leaves these alone
    std::atomic<std::uint64_t> next_temporary_{0};
    std::atomic<bool> names_changed_{false};
};

}  // namespace branchline
