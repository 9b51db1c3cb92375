// The appliance's own files as the operator changes them: added, replaced, listed, removed. FileStore serves the same directory
// and looks at it with every request, so that a change holds from the next one on; transfers under way keep the bytes they
// have.
//
//   stage() --write--> a file without a name that phones could ask for --publish()--> on the disk, under its name, in one step
//
// What publish() returned for is on the disk: the bytes, then the name, then the directory (fsync, rename, fsync). A crash
// before leaves the old file as it was; what was staged is removed at the next start. Nothing is opened through a symbolic
// link.
//
// Not to be added are device configurations and trust lists: those come from a phone's cluster, and one that lies here would
// hide it for good. Safe to use from any thread.
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/store/directory_index.h"
#include "tftpd/store/file_name.h"
#include "tftpd/store/temporary_file.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace branchline {

class OwnFiles {
public:
    static constexpr std::uint64_t kept_free = 16ull << 20;  ///< bytes of the disk that stay free, for leases, cache and log
    static constexpr mode_t file_mode = 0644;
    static constexpr std::size_t max_files = 100'000;     ///< looked at in one listing
    static constexpr const char* incoming = "%incoming";  ///< where staged files lie; no phone can ask for a name with '%'

    /// Why something was not done, in words an operator can act on.
    struct Refusal {
        enum class Kind { failed, in_the_way, not_found };
        Kind kind = Kind::failed;  ///< in_the_way: something of that name is there
        std::string text;
    };
    template <typename T>
    using Outcome = Result<T, Refusal>;

    struct Listed {
        std::string name;
        std::uint64_t size = 0;     ///< bytes
        std::int64_t modified = 0;  ///< seconds since 1970
    };
    struct Listing {
        std::vector<Listed> files;  ///< by name
        std::uint64_t bytes = 0;
    };
    struct Staged {
        FileName name;
        std::shared_ptr<TemporaryFile> file;
        std::uint64_t size = 0;  ///< bytes
    };

    /// `quota`: bytes that all files may have together.
    OwnFiles(std::filesystem::path root, std::uint64_t quota) : root_(std::move(root)), quota_(quota) {}

    /// Is it a name that may be added? Says which rule it breaks.
    static Outcome<FileName> name_to_add(const std::string& text);

    /// May these be added, `bytes` in all? To be asked before they are fetched; publish() asks again.
    [[nodiscard]] Outcome<bool> check(const std::vector<FileName>& names, std::uint64_t bytes, bool replace);

    /// Bytes that may still be added.
    [[nodiscard]] std::uint64_t room() const;

    /// An empty file to write into; gone with its owner unless it is published. Makes the root if need be.
    Outcome<std::shared_ptr<TemporaryFile>> stage();

    /// Gives all of them their names. If one cannot have its name, none has; only a crash or a broken disk in the middle leaves
    /// some. `replace`: files of the same names are replaced, in their own spelling.
    Outcome<bool> publish(const std::vector<Staged>& files, bool replace);

    /// Everything below `directory` (empty = all).
    [[nodiscard]] Outcome<Listing> list(const std::string& directory) const;

    /// A file; with `recursive` a directory and what is in it. Directories that become empty go, too. Returns how many files.
    Outcome<std::size_t> remove(const std::string& name, bool recursive);

    /// Removes what a crash left staged. Nothing may be staged by this process at that time.
    void forget_staged() const;

    [[nodiscard]] std::uint64_t quota() const { return quota_; }

private:
    struct Place;
    [[nodiscard]] std::string spelled(int root, const FileName& name) const;
    [[nodiscard]] Outcome<Place> place(int root, const FileName& name) const;
    [[nodiscard]] Outcome<bool> check_names(int root, const std::vector<FileName>& names, std::uint64_t bytes,
                                            bool replace) const;
    [[nodiscard]] Outcome<bool> check_quota(std::uint64_t used, std::uint64_t replaced, std::uint64_t bytes) const;

    const std::filesystem::path root_;
    const std::uint64_t quota_;
    mutable DirectoryIndex index_;
    std::mutex naming_;  ///< one changes names at a time
};

}  // namespace branchline
