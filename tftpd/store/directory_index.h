// How a name is spelled on disk: finds a path below one directory without regard to case, component by component, from listings
// that are kept while the directory does not change. Only spelling: opening the result safely is the caller's.
// Safe to use from any thread.
//
// Where several entries differ only in case, the exact spelling wins, else the first in byte order; other branches are not
// tried.
#pragma once

#include "tftpd/store/file_content.h"
#include "tftpd/store/lru_map.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace branchline {

class DirectoryIndex {
public:
    /// Names remembered over all directories. A single directory with more is searched by exact spelling only.
    static constexpr std::size_t max_names = 100'000;

    enum class Outcome { found, not_found, failed };
    struct Spelling {
        Outcome outcome = Outcome::not_found;
        std::string path;  ///< relative to the root; when found
        int error = 0;     ///< errno; when failed
    };

    /// The spelling below the directory `root_fd` of `text`, whose components are safe.
    Spelling find(int root_fd, std::string_view text);

private:
    struct Listing {
        FileIdentity identity;
        std::unordered_multimap<std::string, std::string> spelled;  // lower case to what is on disk
        bool too_many = false;
    };
    using ListingPtr = std::shared_ptr<const Listing>;
    struct Place {
        std::uint64_t device;
        std::uint64_t inode;
        bool operator==(const Place&) const = default;
    };
    struct PlaceHash {
        std::size_t operator()(const Place& place) const { return std::hash<std::uint64_t>()(place.inode * 31 + place.device); }
    };

    ListingPtr listing_of(int directory_fd, int& error);
    static ListingPtr read_listing(int directory_fd, const FileIdentity& identity, int& error);
    static std::optional<std::string> spelling_in(const Listing& listing, const std::string& component);

    std::mutex mutex_;
    LruMap<Place, ListingPtr, PlaceHash> listings_{max_names};
};

/// Opens `path` beneath `root_fd`: never outside it, never through a symbolic or magic link (openat2). -1 and errno on failure.
int open_beneath(int root_fd, const std::string& path, int flags);
/// The same by openat(2), component by component, for where openat2(2) is not to be had. A link on the way, or at the end, is
/// ENOTDIR or ELOOP; "..", or an empty component, is EXDEV.
int walk_beneath(int root_fd, const std::string& path, int flags);

}  // namespace branchline
