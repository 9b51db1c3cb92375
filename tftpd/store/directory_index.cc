#include "tftpd/store/directory_index.h"

#include "tftpd/store/file_name.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>

namespace branchline {

int walk_beneath(int root_fd, const std::string& path, int flags) {
    UniqueFd directory;
    for (std::size_t at = 0;;) {
        const auto end = std::min(path.find('/', at), path.size());
        const std::string component = path.substr(at, end - at);
        if (component.empty() || component == "..") {
            errno = EXDEV;  // as openat2(2) with RESOLVE_BENEATH
            return -1;
        }
        const int parent = directory ? directory.get() : root_fd;
        if (end == path.size()) {
            return ::openat(parent, component.c_str(), flags | O_NOFOLLOW | O_CLOEXEC);
        }
        UniqueFd next(::openat(parent, component.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!next) {
            return -1;
        }
        directory = std::move(next);
        at = end + 1;
    }
}

int open_beneath(int root_fd, const std::string& path, int flags) {
    struct open_how how{};
    how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    // EAGAIN: something was renamed while the kernel walked, so that it could not be sure; it asks to be asked again.
    constexpr int tries = 8;
    for (int attempt = 0;; ++attempt) {
        const auto fd = static_cast<int>(::syscall(SYS_openat2, root_fd, path.c_str(), &how, sizeof how));
        if (fd < 0 && errno == ENOSYS) {  // systemd's RestrictSUIDSGID takes openat2 away
            return walk_beneath(root_fd, path, flags);
        }
        if (fd >= 0 || attempt + 1 == tries || (errno != EAGAIN && errno != EINTR)) {
            return fd;
        }
    }
}

DirectoryIndex::Spelling DirectoryIndex::find(int root_fd, std::string_view text) {
    Spelling spelling;
    UniqueFd directory;
    for (std::size_t at = 0;;) {
        const auto end = std::min(text.find('/', at), text.size());
        const std::string component(text.substr(at, end - at));
        int error = 0;
        const auto listing = listing_of(directory ? directory.get() : root_fd, error);
        if (!listing) {
            return {Outcome::failed, {}, error};
        }
        const auto spelled = listing->too_many ? component : spelling_in(*listing, component);
        if (!spelled) {
            return {};
        }
        spelling.path += *spelled;
        if (end == text.size()) {
            spelling.outcome = Outcome::found;
            return spelling;
        }
        directory.reset(open_beneath(root_fd, spelling.path, O_PATH | O_DIRECTORY));
        if (!directory) {
            // A link on the way is the caller's to judge, who meets it again when opening the whole path.
            if (errno == ELOOP || errno == EXDEV) {
                spelling.outcome = Outcome::found;
                spelling.path += text.substr(end);
                return spelling;
            }
            return errno == ENOENT || errno == ENOTDIR ? Spelling{} : Spelling{Outcome::failed, {}, errno};
        }
        spelling.path += '/';
        at = end + 1;
    }
}

std::optional<std::string> DirectoryIndex::spelling_in(const Listing& listing, const std::string& component) {
    const auto [first, last] = listing.spelled.equal_range(to_key(component));
    const std::string* best = nullptr;
    for (auto at = first; at != last; ++at) {
        if (at->second == component) {
            return component;
        }
        if (best == nullptr || at->second < *best) {
            best = &at->second;
        }
    }
    return best == nullptr ? std::nullopt : std::optional(*best);
}

DirectoryIndex::ListingPtr DirectoryIndex::listing_of(int directory_fd, int& error) {
    const auto identity = identify(directory_fd);
    if (!identity) {
        error = errno;
        return nullptr;
    }
    const Place place{identity->device, identity->inode};
    {
        const std::scoped_lock lock(mutex_);
        const auto* known = listings_.find(place);
        if (known != nullptr && (*known)->identity == *identity) {
            return *known;
        }
    }
    auto listing = read_listing(directory_fd, *identity, error);
    if (listing && !identity->too_young_to_trust(wall_clock_ns())) {
        const std::scoped_lock lock(mutex_);
        listings_.put(place, listing, listing->spelled.size() + 1);
    }
    return listing;
}

DirectoryIndex::ListingPtr DirectoryIndex::read_listing(int directory_fd, const FileIdentity& identity, int& error) {
    // The descriptor at hand is O_PATH; "." of it is the same directory, open for reading.
    UniqueFd readable(::openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!readable) {
        error = errno;
        return nullptr;
    }
    DIR* stream = ::fdopendir(readable.get());
    if (stream == nullptr) {
        error = errno;
        return nullptr;
    }
    static_cast<void>(readable.release());  // closedir closes it
    auto listing = std::make_shared<Listing>();
    listing->identity = identity;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
        if (listing->spelled.size() + 1 >= max_names) {
            listing->too_many = true;
            listing->spelled.clear();
            break;
        }
        std::string name(entry->d_name);
        auto key = to_key(name);
        listing->spelled.emplace(std::move(key), std::move(name));
    }
    error = errno;
    ::closedir(stream);
    return error != 0 && !listing->too_many ? nullptr : listing;
}

}  // namespace branchline
