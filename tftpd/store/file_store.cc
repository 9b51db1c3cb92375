#include "tftpd/store/file_store.h"

#include "tftpd/log/log.h"
#include "tftpd/store/directory_index.h"
#include "tftpd/store/file_content.h"
#include "tftpd/store/log_limit.h"
#include "tftpd/store/lru_map.h"
#include "store_messages.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <system_error>

namespace branchline {
namespace {

using Miss = FileStore::Miss;

struct IdentityHash {
    std::size_t operator()(const FileIdentity& identity) const {
        return std::hash<std::uint64_t>()(identity.inode * 31 + static_cast<std::uint64_t>(identity.modified_ns));
    }
};

}  // namespace

struct FileStore::Impl {
    DirectoryIndex index;
    LogLimit log_limit;
    std::mutex mutex;  // of the maps; held for a look-up only, never while reading a file
    // Exact spellings that were opened safely, and what was found there. If one stat() of the path finds the very same state of
    // the very same file again, its bytes in memory answer without opening anything: a link or another file that was put in its
    // place since has another identity and takes the long way.
    static constexpr std::uint64_t max_spellings = 4096;
    LruMap<std::string, FileIdentity> opened{max_spellings};
    LruMap<FileIdentity, ContentPtr, IdentityHash> small{max_memory};
    // Large files: shared while some transfer holds them, so that a hundred phones fetching one firmware need one descriptor.
    static constexpr std::uint64_t max_large_remembered = 256;
    LruMap<FileIdentity, std::weak_ptr<const Content>, IdentityHash> large{max_large_remembered};

    Miss fail(const FileName& name, int error) {
        if (log_limit.pass()) {
            LOG_ERROR(upstream_logger, STORE_FILE_FAILED).arg(escaped(name.text())).arg(std::strerror(error));
        }
        return Miss::failed;
    }

    Miss judge(const FileName& name, int error) {
        switch (error) {
            case ENOENT:
            case ENOTDIR:
            case ENAMETOOLONG:
                return Miss::not_found;
            case ELOOP:
            case EXDEV:
            case ENXIO:  // a socket
                if (log_limit.pass()) {
                    LOG_WARN(upstream_logger, STORE_FILE_REFUSED).arg(escaped(name.text()));
                }
                return Miss::refused;
            default:
                return fail(name, error);
        }
    }

    Result<ContentPtr, Miss> content_of(const FileName& name, UniqueFd fd);
    ContentPtr remembered(const FileIdentity& identity);
    ContentPtr unchanged(const std::filesystem::path& root, const std::string& text);
    void remember(const std::string& text, const FileIdentity& identity, const ContentPtr& content);
};

FileStore::FileStore(std::filesystem::path root) : root_(std::move(root)), impl_(std::make_unique<Impl>()) {}
FileStore::~FileStore() = default;

Result<ContentPtr, Miss> FileStore::open(const FileName& name) const {
    if (auto content = impl_->unchanged(root_, name.text())) {
        return content;
    }
    // Opened anew each time (about a microsecond), so that a root made, mounted or replaced later is seen.
    const UniqueFd root(::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) {
        if (errno == EMFILE || errno == ENFILE) {
            return impl_->fail(name, errno);
        }
        if (errno != ENOENT && impl_->log_limit.pass()) {
            LOG_ERROR(upstream_logger, STORE_ROOT_FAILED).arg(root_.string()).arg(std::strerror(errno));
        }
        return Miss::not_found;
    }
    // O_NONBLOCK: opening a FIFO that somebody put there must not wait for its writer.
    constexpr int flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY;
    UniqueFd fd(open_beneath(root.get(), name.text(), flags));
    if (!fd && errno == ENOENT) {
        const auto spelling = impl_->index.find(root.get(), name.text());
        switch (spelling.outcome) {
            case DirectoryIndex::Outcome::not_found:
                return Miss::not_found;
            case DirectoryIndex::Outcome::failed:
                return impl_->judge(name, spelling.error);
            case DirectoryIndex::Outcome::found:
                fd.reset(open_beneath(root.get(), spelling.path, flags));
        }
    }
    if (!fd) {
        return impl_->judge(name, errno);
    }
    return impl_->content_of(name, std::move(fd));
}

ContentPtr FileStore::Impl::remembered(const FileIdentity& identity) {
    const std::scoped_lock lock(mutex);
    if (identity.size <= max_file_in_memory) {
        const auto* content = small.find(identity);
        return content == nullptr ? nullptr : *content;
    }
    const auto* content = large.find(identity);
    return content == nullptr ? nullptr : content->lock();
}

ContentPtr FileStore::Impl::unchanged(const std::filesystem::path& root, const std::string& text) {
    FileIdentity identity;
    {
        const std::scoped_lock lock(mutex);
        const auto* known = opened.find(text);
        if (known == nullptr) {
            return nullptr;
        }
        identity = *known;
    }
    struct stat status{};
    if (::lstat((root.native() + '/' + text).c_str(), &status) != 0 || FileIdentity::of(status) != identity) {
        return nullptr;
    }
    return remembered(identity);
}

void FileStore::Impl::remember(const std::string& text, const FileIdentity& identity, const ContentPtr& content) {
    if (identity.too_young_to_trust(wall_clock_ns())) {
        return;
    }
    const std::scoped_lock lock(mutex);
    if (identity.size > max_file_in_memory) {
        large.put(identity, content);
    } else {
        small.put(identity, content, identity.size + sizeof(MemoryContent));
    }
    opened.put(text, identity);
}

Result<ContentPtr, Miss> FileStore::Impl::content_of(const FileName& name, UniqueFd fd) {
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0) {
        return fail(name, errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return Miss::not_found;
    }
    const auto identity = FileIdentity::of(status);
    if (auto content = remembered(identity)) {
        remember(name.text(), identity, content);
        return content;
    }
    ContentPtr content;
    if (identity.size > max_file_in_memory) {
        content = std::make_shared<FileContent>(std::move(fd), identity);
    } else {
        Bytes bytes(static_cast<std::size_t>(identity.size));
        errno = 0;
        const bool whole = read_exactly(fd.get(), 0, bytes);
        const auto after = identify(fd.get());
        if (!whole || !after || !identity.same_bytes(*after)) {
            return fail(name, whole || errno == 0 ? EBUSY : errno);  // EBUSY: somebody is writing it right now
        }
        content = std::make_shared<MemoryContent>(std::move(bytes));
    }
    remember(name.text(), identity, content);
    return content;
}

}  // namespace branchline
