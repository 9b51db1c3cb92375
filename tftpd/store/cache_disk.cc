#include "tftpd/store/cache_disk.h"

#include "tftpd/store/file_name.h"

#include <fcntl.h>
#include <sys/random.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace branchline {
namespace {

constexpr std::string_view temporary_mark = "tmp-";
constexpr std::size_t piece_size = 64u << 10;

bool write_all(int fd, ByteView part) {
    while (!part.empty()) {
        const auto put = ::write(fd, part.data(), part.size());
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return false;
        }
        part = part.subspan(static_cast<std::size_t>(put));
    }
    return true;
}

std::optional<CacheRecord> read_record(int fd) {
    Bytes bytes(CacheRecord::size_on_disk);
    return read_exactly(fd, 0, bytes) ? CacheRecord::parse(bytes) : std::nullopt;
}

UniqueFd open_regular(const std::filesystem::path& path) {
    return UniqueFd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
}

}  // namespace

CacheDisk::CacheDisk(std::filesystem::path directory) : directory_(std::move(directory)) {
    std::uint64_t run = 0;
    if (::getrandom(&run, sizeof run, 0) != sizeof run) {
        run = static_cast<std::uint64_t>(::getpid());
    }
    temporary_prefix_ = std::string(temporary_mark) + std::to_string(run) + '-';
}

std::filesystem::path CacheDisk::path_of(const std::string& key) const {
    return directory_ / CacheRecord::file_name(key);
}

std::shared_ptr<TemporaryFile> CacheDisk::make_temporary() {
    const auto path = directory_ / (temporary_prefix_ + std::to_string(next_temporary_++));
    auto file = TemporaryFile::create(path);
    if (!file && errno == ENOENT) {
        // The directory is made where it is first needed, and again if somebody removed it.
        std::error_code ignored;
        if (std::filesystem::create_directories(directory_, ignored)) {
            std::filesystem::permissions(directory_, std::filesystem::perms::owner_all, ignored);
        }
        file = TemporaryFile::create(path);
    }
    return file;
}

std::shared_ptr<TemporaryFile> CacheDisk::write(const CacheRecord& record, ByteView bytes) {
    const auto head = record.encode();
    if (!head) {
        errno = ENAMETOOLONG;
        return nullptr;
    }
    auto file = make_temporary();
    if (!file || !write_all(file->fd(), *head) || !write_all(file->fd(), bytes)) {
        return nullptr;
    }
    return file;
}

int CacheDisk::write_record(TemporaryFile& file, const CacheRecord& record) {
    const auto head = record.encode();
    if (!head) {
        return ENAMETOOLONG;
    }
    return ::lseek(file.fd(), 0, SEEK_SET) == 0 && write_all(file.fd(), *head) ? 0 : errno;
}

std::optional<Sha256> CacheDisk::digest_of(int fd, std::uint64_t size) {
    Sha256Sum sum;
    Bytes piece(piece_size);
    for (std::uint64_t at = 0; at < size; at += piece.size()) {
        const auto part = ByteSpan(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size - at)));
        if (!read_exactly(fd, CacheRecord::size_on_disk + at, part)) {
            return std::nullopt;
        }
        sum.add(part);
    }
    return sum.finish();
}

int CacheDisk::publish(TemporaryFile& file, const std::string& key) {
    names_changed_ = true;
    return file.publish(path_of(key));
}

void CacheDisk::remove(const std::string& key) {
    names_changed_ = true;
    ::unlink(path_of(key).c_str());
}

void CacheDisk::sync_names() {
    if (!names_changed_.exchange(false)) {
        return;
    }
    const UniqueFd directory(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) {
        // A failure means that after a power cut an old copy, or none, may be there: no more than the cache promises.
        static_cast<void>(::fsync(directory.get()));
    }
}

CacheDisk::Loaded CacheDisk::load(const std::string& key, std::uint64_t max_in_memory,
                                  const std::optional<FileIdentity>& verified) const {
    Loaded loaded;
    auto fd = open_regular(path_of(key));
    if (!fd) {
        loaded.outcome = errno == ENOENT ? Loaded::Outcome::missing : Loaded::Outcome::failed;
        loaded.error = errno;
        return loaded;
    }
    const auto identity = identify(fd.get());
    if (!identity) {
        loaded.error = errno;
        return loaded;
    }
    loaded.outcome = Loaded::Outcome::corrupt;
    loaded.identity = *identity;
    auto record = read_record(fd.get());
    if (!record || to_key(record->name) != key || identity->size != CacheRecord::size_on_disk + record->size) {
        return loaded;
    }
    if (record->size <= max_in_memory) {
        Bytes bytes(static_cast<std::size_t>(record->size));
        if (!read_exactly(fd.get(), CacheRecord::size_on_disk, bytes) || sha256(bytes) != record->digest) {
            return loaded;
        }
        loaded.content = std::make_shared<MemoryContent>(std::move(bytes));
    } else {
        if (verified != identity && digest_of(fd.get(), record->size) != record->digest) {
            return loaded;
        }
        loaded.content = std::make_shared<FileContent>(std::move(fd), *identity, CacheRecord::size_on_disk);
    }
    loaded.record = *std::move(record);
    loaded.outcome = Loaded::Outcome::good;
    return loaded;
}

std::size_t CacheDisk::scan(std::size_t max_files, const std::function<void(const CacheRecord&)>& each) {
    std::size_t bad = 0;
    std::size_t good = 0;
    std::error_code error;
    std::vector<std::filesystem::path> doomed;  // removed after the walk, which need not like it in between
    for (std::filesystem::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error)) {
        const auto file = at->path().filename().string();
        if (file.starts_with(temporary_mark)) {
            if (!file.starts_with(temporary_prefix_)) {
                doomed.push_back(at->path());
            }
            continue;
        }
        if (!file.ends_with(".file")) {
            continue;  // not ours
        }
        const auto fd = open_regular(at->path());
        if (!fd && errno != ELOOP) {
            continue;  // unreadable for now (descriptors, permissions): nothing is known against it
        }
        const auto identity = fd ? identify(fd.get()) : std::nullopt;
        const auto record = fd ? read_record(fd.get()) : std::nullopt;
        if (!record || !identity || identity->size != CacheRecord::size_on_disk + record->size ||
            CacheRecord::file_name(to_key(record->name)) != file) {
            ++bad;
            doomed.push_back(at->path());
        } else if (++good > max_files) {
            doomed.push_back(at->path());
        } else {
            each(*record);
        }
    }
    for (const auto& path : doomed) {
        ::unlink(path.c_str());
    }
    return bad;
}

}  // namespace branchline
