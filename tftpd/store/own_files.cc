#include "tftpd/store/own_files.h"

#include "tftpd/store/file_content.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

namespace branchline {
namespace {

using Refusal = OwnFiles::Refusal;
using Kind = Refusal::Kind;

constexpr mode_t directory_mode = 0755;
constexpr int look_flags = O_PATH | O_NOFOLLOW;
constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

Refusal failed(const std::string& what, int error) {
    std::string way_out = ". Look at the disk and the permissions of the directory.";
    if (error == ENOSPC || error == EDQUOT) {
        way_out = ". Delete files that are no longer needed.";
    } else if (error == EROFS) {
        way_out = ". The disk is mounted read-only; look at the kernel's log for why.";
    }
    return {Kind::failed, what + ": " + std::strerror(error) + way_out + " Nothing was changed."};
}

std::string megabytes(std::uint64_t bytes) {
    return bytes < 1u << 20 ? std::to_string(bytes) + " bytes" : std::to_string(bytes >> 20) + " MB";
}

std::string directory_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}
std::string last_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);  // npos + 1 = 0
}

// Opens the directory `path` beneath `root` ("" = itself).
UniqueFd open_directory(int root, const std::string& path) {
    return UniqueFd(path.empty() ? ::fcntl(root, F_DUPFD_CLOEXEC, 0) : open_beneath(root, path, directory_flags));
}

/// Makes the directories of `path` that are not there, each of them safely on the disk. -1 and errno on failure.
UniqueFd make_directories(int root, const std::string& path) {
    UniqueFd at = open_directory(root, "");
    for (std::size_t start = 0; at && start < path.size();) {
        const auto end = std::min(path.find('/', start), path.size());
        const auto component = path.substr(start, end - start);
        if (::mkdirat(at.get(), component.c_str(), directory_mode) == 0) {
            if (::fsync(at.get()) != 0) {
                return UniqueFd();
            }
        } else if (errno != EEXIST) {
            return UniqueFd();
        }
        at.reset(open_beneath(at.get(), component, directory_flags));
        start = end + 1;
    }
    return at;
}

/// Calls `found(path, status)` for each regular file below; false if there are more than max_files, or on an error (errno).
template <typename Found>
bool walk(int root, const std::string& directory, std::size_t& left, const Found& found) {
    auto fd = open_directory(root, directory);
    DIR* stream = fd ? ::fdopendir(fd.get()) : nullptr;
    if (stream == nullptr) {
        return false;
    }
    static_cast<void>(fd.release());  // closedir closes it
    std::vector<std::string> below;
    while (const dirent* entry = ::readdir(stream)) {
        const std::string name(entry->d_name);
        if (name == "." || name == ".." || (directory.empty() && name == OwnFiles::incoming)) {
            continue;
        }
        struct stat status{};
        if (::fstatat(::dirfd(stream), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;  // gone meanwhile
        }
        const auto path = directory.empty() ? name : directory + '/' + name;
        if (S_ISDIR(status.st_mode)) {
            below.push_back(path);
        } else if (S_ISREG(status.st_mode)) {
            found(path, status);
        }
        if (left-- == 0) {
            ::closedir(stream);
            errno = EOVERFLOW;
            return false;
        }
    }
    ::closedir(stream);
    return std::all_of(below.begin(), below.end(),
                       [&](const auto& path) { return path.size() > FileName::max_size || walk(root, path, left, found); });
}

std::uint64_t used_bytes(int root) {
    std::uint64_t bytes = 0;
    std::size_t left = OwnFiles::max_files;
    walk(root, "", left,
         [&](const std::string&, const struct stat& status) { bytes += static_cast<std::uint64_t>(status.st_size); });
    return bytes;
}

std::uint64_t free_bytes(int root) {
    struct statvfs space{};
    return ::fstatvfs(root, &space) == 0 ? static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize : 0;
}

UniqueFd open_root(const std::filesystem::path& root) {
    return UniqueFd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

/// What is at a name now.
struct OwnFiles::Place {
    std::string path;  ///< as it is spelled on the disk, as far as it is there
    enum class What { nothing, file, directory, other } what = What::nothing;
    std::uint64_t size = 0;
};

OwnFiles::Outcome<FileName> OwnFiles::name_to_add(const std::string& text) {
    auto name = FileName::parse(text);
    if (!name) {
        return Refusal{Kind::failed, "the file cannot be called \"" + escaped(text) + "\": " + name.error().text +
                                         ". Letters, digits and most marks are allowed, '/' between directories. Rename it."};
    }
    if (name->kind() != FileName::Kind::common) {
        const bool trust = name->kind() == FileName::Kind::trust_list;
        return Refusal{Kind::failed,
                       "\"" + name->text() + "\" is " + (trust ? "a trust list" : "a device's configuration") +
                           ", which cannot be added here: it comes from the phone's own cluster, and one that lies "
                           "here would hide it. Change it in the cluster."};
    }
    return *std::move(name);
}

std::string OwnFiles::spelled(int root, const FileName& name) const {
    const auto& text = name.text();
    std::string known;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('/', at), text.size());
        const auto found = index_.find(root, text.substr(0, end));
        if (found.outcome != DirectoryIndex::Outcome::found) {
            return known + text.substr(at == 0 ? 0 : at - 1);
        }
        known = found.path;
        at = end + 1;
    }
    return known;
}

OwnFiles::Outcome<OwnFiles::Place> OwnFiles::place(int root, const FileName& name) const {
    Place place{.path = spelled(root, name)};
    const UniqueFd fd(open_beneath(root, place.path, look_flags));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0) {
        if (errno == ENOENT) {
            return place;
        }
        if (errno == ENOTDIR || errno == ELOOP) {
            return Refusal{Kind::in_the_way, "\"" + name.text() +
                                                 "\" leads through something that is there and is no directory. "
                                                 "Choose another name, or delete what is in the way. Nothing was changed."};
        }
        return failed("\"" + name.text() + "\" cannot be looked up", errno);
    }
    place.what = S_ISREG(status.st_mode)   ? Place::What::file
                 : S_ISDIR(status.st_mode) ? Place::What::directory
                                           : Place::What::other;
    place.size = static_cast<std::uint64_t>(status.st_size);
    return place;
}

OwnFiles::Outcome<bool> OwnFiles::check_names(int root, const std::vector<FileName>& names, std::uint64_t bytes,
                                              bool replace) const {
    std::uint64_t replaced = 0;
    std::set<std::string> keys;
    for (const auto& name : names) {
        if (!keys.insert(name.key()).second) {
            return Refusal{Kind::in_the_way, "\"" + name.text() +
                                                 "\" is there twice, upper and lower case counting as the same. "
                                                 "Nothing was changed."};
        }
        const auto at = place(root, name);
        if (!at) {
            return at.error();
        }
        if (at->what == Place::What::directory || at->what == Place::What::other) {
            return Refusal{Kind::in_the_way, "\"" + at->path + "\" is there and is " +
                                                 (at->what == Place::What::directory ? "a directory" : "no regular file") +
                                                 ". Choose another name. Nothing was changed."};
        }
        if (at->what == Place::What::file && !replace) {
            return Refusal{Kind::in_the_way, "\"" + at->path +
                                                 "\" is there already. Say \"replace\" to replace it, or choose another "
                                                 "name. Nothing was changed."};
        }
        replaced += at->size;
    }
    return check_quota(used_bytes(root), replaced, bytes);
}

OwnFiles::Outcome<bool> OwnFiles::check_quota(std::uint64_t used, std::uint64_t replaced, std::uint64_t bytes) const {
    if (const auto kept = used - std::min(used, replaced); bytes > quota_ - std::min(quota_, kept)) {
        return Refusal{Kind::failed, megabytes(bytes) + " more would exceed the " + megabytes(quota_) +
                                         " that own files may have (\"files-max-size-mb\" of \"limits\"), of which " +
                                         megabytes(used) + " are used. Delete files, or raise the limit. Nothing was changed."};
    }
    return true;
}

OwnFiles::Outcome<bool> OwnFiles::check(const std::vector<FileName>& names, std::uint64_t bytes, bool replace) {
    const auto root = open_root(root_);
    if (!root) {
        return errno == ENOENT ? check_quota(0, 0, bytes)
                               : failed("the directory " + root_.string() + " cannot be opened", errno);
    }
    const auto free = free_bytes(root.get());
    if (bytes + kept_free > free) {
        return Refusal{Kind::failed, megabytes(bytes) + " more do not fit on the disk: " + megabytes(free) + " are free, and " +
                                         megabytes(kept_free) +
                                         " of them are kept for leases, cache and log. Delete files. "
                                         "Nothing was changed."};
    }
    return check_names(root.get(), names, bytes, replace);
}

std::uint64_t OwnFiles::room() const {
    const auto root = open_root(root_);
    if (!root) {
        return quota_;
    }
    const auto free = free_bytes(root.get());
    return std::min(quota_ - std::min(quota_, used_bytes(root.get())), free - std::min(free, kept_free));
}

OwnFiles::Outcome<std::shared_ptr<TemporaryFile>> OwnFiles::stage() {
    static std::atomic<std::uint64_t> last_number{0};
    std::error_code error;
    const auto directory = root_ / incoming;
    std::filesystem::create_directories(directory, error);
    if (error) {
        return failed("the directory " + directory.string() + " cannot be made", error.value());
    }
    auto file = TemporaryFile::create(directory / std::to_string(++last_number));
    if (!file) {
        return failed("no file can be made in " + directory.string(), errno);
    }
    return file;
}

OwnFiles::Outcome<bool> OwnFiles::publish(const std::vector<Staged>& files, bool replace) {
    std::uint64_t bytes = 0;
    std::vector<FileName> names;
    for (const auto& one : files) {
        bytes += one.size;
        names.push_back(one.name);
        // The bytes before the name, and before the lock: this is what takes long.
        if (const int error = one.file->finish(file_mode); error != 0) {
            return failed("\"" + one.name.text() + "\" cannot be written", error);
        }
    }
    const auto root = open_root(root_);
    if (!root) {
        return failed("the directory " + root_.string() + " cannot be opened", errno);
    }
    const std::scoped_lock lock(naming_);
    if (auto allowed = check_names(root.get(), names, bytes, replace); !allowed) {
        return allowed;
    }
    for (const auto& one : files) {
        const auto path = spelled(root.get(), one.name);
        const auto directory = make_directories(root.get(), directory_of(path));
        const int error = directory ? one.file->publish_in(directory.get(), last_of(path)) : errno;
        if (error != 0 || ::fsync(directory.get()) != 0) {
            return failed("\"" + one.name.text() + "\" cannot be put in its place", error != 0 ? error : errno);
        }
    }
    return true;
}

OwnFiles::Outcome<OwnFiles::Listing> OwnFiles::list(const std::string& directory) const {
    Listing listing;
    const auto root = open_root(root_);
    if (!root) {
        return errno == ENOENT ? Outcome<Listing>(listing)
                               : failed("the directory " + root_.string() + " cannot be opened", errno);
    }
    std::string path;
    if (!directory.empty()) {
        const auto name = FileName::parse(directory.ends_with('/') ? directory.substr(0, directory.size() - 1) : directory);
        if (!name) {
            return Refusal{Kind::failed, "no directory can be called \"" + escaped(directory) + "\": " + name.error().text};
        }
        const auto at = place(root.get(), *name);
        if (!at || at->what != Place::What::directory) {
            return Refusal{Kind::not_found, "There is no directory \"" + name->text() + "\"."};
        }
        path = at->path;
    }
    std::size_t left = max_files;
    const bool whole = walk(root.get(), path, left, [&](const std::string& name, const struct stat& status) {
        listing.files.push_back({name, static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec});
        listing.bytes += static_cast<std::uint64_t>(status.st_size);
    });
    if (!whole && errno == EOVERFLOW) {
        return Refusal{Kind::failed, "there are more than " + std::to_string(max_files) + " files; list one directory."};
    }
    std::sort(listing.files.begin(), listing.files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return listing;
}

OwnFiles::Outcome<std::size_t> OwnFiles::remove(const std::string& text, bool recursive) {
    const auto name = FileName::parse(text.ends_with('/') ? text.substr(0, text.size() - 1) : text);
    const Refusal none{Kind::not_found, "There is no file \"" + escaped(text) + "\" of our own."};
    const auto root = open_root(root_);
    if (!name || !root) {
        return none;
    }
    const std::scoped_lock lock(naming_);
    const auto at = place(root.get(), *name);
    if (!at || at->what == Place::What::nothing) {
        return none;
    }
    std::vector<std::string> files{at->path};
    if (at->what == Place::What::directory) {
        if (!recursive) {
            return Refusal{Kind::failed, "\"" + at->path +
                                             "\" is a directory. Say \"recursive\" to delete it and all files in it. "
                                             "Nothing was changed."};
        }
        files.clear();
        std::size_t left = max_files;
        walk(root.get(), at->path, left, [&](const std::string& path, const struct stat&) { files.push_back(path); });
    }
    std::size_t removed = 0;
    for (const auto& path : files) {
        auto directory = directory_of(path);
        auto parent = open_directory(root.get(), directory);
        if (!parent || ::unlinkat(parent.get(), last_of(path).c_str(), 0) != 0 || ::fsync(parent.get()) != 0) {
            auto refusal = failed("\"" + path + "\" cannot be deleted", errno);
            refusal.text += removed == 0 ? "" : " But " + std::to_string(removed) + " others were deleted.";
            return refusal;
        }
        ++removed;
        // Directories are there for their files: the empty ones go. rmdir leaves those that are not.
        for (; !directory.empty(); directory = directory_of(directory)) {
            parent = open_directory(root.get(), directory_of(directory));
            if (!parent || ::unlinkat(parent.get(), last_of(directory).c_str(), AT_REMOVEDIR) != 0) {
                break;
            }
        }
    }
    return removed;
}

void OwnFiles::forget_staged() const {
    std::error_code ignored;
    std::filesystem::remove_all(root_ / incoming, ignored);
}

}  // namespace branchline
