#include "tftpd/control/uploads.h"

#include "tftpd/store/background_thread.h"
#include "tftpd/log/log.h"
#include "tftpd/store/archive.h"

#include "control_messages.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace branchline {
namespace {

using Refusal = OwnFiles::Refusal;
using Kind = Refusal::Kind;
using State = Uploads::State;

constexpr std::size_t copy_size = 256 * 1024;  // bytes at a time, from a path

Refusal failed(const std::string& text) {
    return {Kind::failed, text};
}

/// 0, or errno.
int write_all(int fd, const char* data, std::size_t size) {
    while (size > 0) {
        const auto put = ::write(fd, data, size);
        if (put < 0 && errno != EINTR) {
            return errno;
        }
        if (put > 0) {
            data += put;
            size -= static_cast<std::size_t>(put);
        }
    }
    return 0;
}

std::string new_id() {
    std::random_device source;
    return std::to_string((static_cast<std::uint64_t>(source()) << 31) ^ source());
}

/// Opens what `path` says if everybody may read it.
OwnFiles::Outcome<UniqueFd> open_for_everybody(const std::string& path, std::uint64_t& size) {
    const auto cannot = [&](const std::string& why) {
        return failed("\"" + escaped(path) + "\" cannot be taken: " + why + ". Nothing was changed.");
    };
    if (!path.starts_with('/')) {
        return cannot("it is no absolute path, and the daemon stands in a directory of its own");
    }
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0) {
        return cannot(errno == ELOOP ? "it is a symbolic link; name the file itself" : std::strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return cannot("it is no regular file");
    }
    if ((status.st_mode & S_IROTH) == 0) {
        return cannot(
            "not everybody may read it, and a command must not publish what its sender may not read. Do chmod o+r, or "
            "send the bytes with branchlinectl file add");
    }
    size = static_cast<std::uint64_t>(status.st_size);
    return fd;
}

struct Upload {
    std::string id;
    std::shared_ptr<OwnFiles> files;
    Uploads::Wish wish;
    std::optional<FileName> name;  // unless it is an archive
    std::atomic<std::uint64_t> received{0};
    // Of the worker's thread.
    std::shared_ptr<TemporaryFile> staged;
    UniqueFd source;  // from a path
    // Under the lock of all.
    bool busy = false;  // with the worker
    bool stored = false;
    std::optional<Refusal> refusal;
    std::size_t stored_files = 0;
    std::uint64_t stored_bytes = 0;
    TimePoint last_used{};
};
using UploadPtr = std::shared_ptr<Upload>;

}  // namespace

struct Uploads::Impl {
    std::mutex mutex;
    std::condition_variable something;  // for the worker to do, or done by it
    std::map<std::string, UploadPtr> uploads;
    std::deque<std::pair<UploadPtr, std::function<std::optional<Refusal>()>>> work;
    std::atomic<bool> stop{false};
    std::thread thread;

    void run();
    void forget_idle();
    void hand_over(const UploadPtr& upload, std::function<std::optional<Refusal>()> job);
    std::optional<Refusal> take_piece(Upload& upload, const std::string& piece);
    std::optional<Refusal> copy_source(Upload& upload);
    std::optional<Refusal> store(Upload& upload);
    [[nodiscard]] OwnFiles::Outcome<UploadPtr> find(const std::string& id) const;
    OwnFiles::Outcome<UploadPtr> admit(std::shared_ptr<OwnFiles> files, Wish wish);
    Outcome wait_for(const UploadPtr& upload);
};

void Uploads::Impl::run() {
    pthread_setname_np(pthread_self(), "uploads");
    std::unique_lock lock(mutex);
    while (!stop) {
        something.wait_for(lock, idle_limit / 4, [this] { return stop || !work.empty(); });
        if (!work.empty() && !stop) {
            auto [upload, job] = std::move(work.front());
            work.pop_front();
            lock.unlock();
            std::optional<Refusal> refusal;
            try {
                refusal = job();
            } catch (const std::exception& error) {  // no memory, or the file system's own
                refusal = failed(std::string("the file could not be stored: ") + error.what() + '.');
            }
            lock.lock();
            upload->busy = false;
            upload->last_used = Clock::now();
            if (refusal) {
                upload->refusal = std::move(refusal);
            }
            something.notify_all();
        }
        forget_idle();
    }
}

// With the lock. Whatever is not with the worker and was not asked for.
void Uploads::Impl::forget_idle() {
    std::erase_if(uploads, [now = Clock::now()](const auto& entry) {
        return !entry.second->busy && now - entry.second->last_used >= idle_limit;
    });
}

// With the lock.
OwnFiles::Outcome<UploadPtr> Uploads::Impl::find(const std::string& id) const {
    const auto found = uploads.find(id);
    return found != uploads.end() ? OwnFiles::Outcome<UploadPtr>(found->second)
                                  : Refusal{Kind::not_found, "There is no upload " + escaped(id) + " (any more); begin anew."};
}

// With the lock.
void Uploads::Impl::hand_over(const UploadPtr& upload, std::function<std::optional<Refusal>()> job) {
    upload->busy = true;
    work.emplace_back(upload, std::move(job));
    something.notify_all();
}

std::optional<Refusal> Uploads::Impl::take_piece(Upload& upload, const std::string& piece) {
    if (!upload.staged) {
        auto file = upload.files->stage();
        if (!file) {
            return file.error();
        }
        upload.staged = *std::move(file);
    }
    if (const int error = write_all(upload.staged->fd(), piece.data(), piece.size()); error != 0) {
        return failed(std::string("the file cannot be written: ") + std::strerror(error) + ". Nothing was changed.");
    }
    upload.received += piece.size();
    return upload.received == upload.wish.size ? store(upload) : std::nullopt;
}

std::optional<Refusal> Uploads::Impl::copy_source(Upload& upload) {
    if (upload.wish.unpack) {
        return store(upload);
    }
    auto file = upload.files->stage();
    if (!file) {
        return file.error();
    }
    upload.staged = *std::move(file);
    std::vector<char> part(copy_size);
    for (;;) {
        const auto got = ::read(upload.source.get(), part.data(), part.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        const auto left = upload.wish.size - upload.received;
        const int error =
            got < 0 ? errno
                    : write_all(upload.staged->fd(), part.data(), std::min<std::size_t>(static_cast<std::size_t>(got), left));
        if (error != 0) {
            return failed(std::string("the file cannot be copied: ") + std::strerror(error) + ". Nothing was changed.");
        }
        if (static_cast<std::uint64_t>(got) > left || (got == 0 && left > 0)) {
            return failed("the file changed while it was copied. Nothing was changed here; try again.");
        }
        if (got == 0) {
            return store(upload);
        }
        upload.received += static_cast<std::uint64_t>(got);
        if (stop) {
            return failed("the daemon is ending. Nothing was changed.");
        }
    }
}

std::optional<Refusal> Uploads::Impl::store(Upload& upload) {
    std::vector<OwnFiles::Staged> files;
    if (upload.wish.unpack) {
        const auto fd = upload.source ? upload.source.get() : upload.staged->fd();
        auto unpacked = unpack(fd, upload.wish.name, *upload.files, upload.files->room(), upload.received, stop);
        if (!unpacked) {
            return unpacked.error();
        }
        files = *std::move(unpacked);
    } else {
        files.push_back({*upload.name, std::move(upload.staged), upload.wish.size});
    }
    if (const auto published = upload.files->publish(files, upload.wish.replace); !published) {
        return published.error();
    }
    upload.staged.reset();
    upload.source.reset();
    std::uint64_t bytes = 0;
    for (const auto& one : files) {
        bytes += one.size;
        LOG_INFO(app_logger, FILE_STORED).arg(one.name.text()).arg(one.size);
    }
    const std::scoped_lock lock(mutex);
    upload.received = upload.wish.size;
    upload.stored = true;
    upload.stored_files = files.size();
    upload.stored_bytes = bytes;
    return std::nullopt;
}

OwnFiles::Outcome<UploadPtr> Uploads::Impl::admit(std::shared_ptr<OwnFiles> files, Wish wish) {
    auto upload = std::make_shared<Upload>();
    std::vector<FileName> names;
    if (!wish.unpack) {
        auto name = OwnFiles::name_to_add(wish.name);
        if (!name) {
            return name.error();
        }
        names.push_back(*name);
        upload->name = *std::move(name);
    }
    while (wish.unpack && wish.name.ends_with('/')) {
        wish.name.pop_back();
    }
    if (auto allowed = files->check(names, wish.size, wish.replace); !allowed) {
        return allowed.error();
    }
    const std::scoped_lock lock(mutex);
    forget_idle();
    const auto open = std::count_if(uploads.begin(), uploads.end(),
                                    [](const auto& entry) { return !entry.second->stored && !entry.second->refusal; });
    if (open >= static_cast<std::ptrdiff_t>(max_open) || uploads.size() >= max_remembered) {
        return failed("too many files are on their way in already (at most " + std::to_string(max_open) +
                      " at once). Try again in a minute; those that nobody continues are forgotten then.");
    }
    upload->id = new_id();
    upload->files = std::move(files);
    upload->wish = std::move(wish);
    upload->last_used = Clock::now();
    uploads[upload->id] = upload;
    return upload;
}

Uploads::Outcome Uploads::Impl::wait_for(const UploadPtr& upload) {
    std::unique_lock lock(mutex);
    something.wait_for(lock, patience, [&] { return !upload->busy; });
    upload->last_used = Clock::now();
    if (upload->refusal) {
        auto refusal = *upload->refusal;
        upload->staged.reset();
        return refusal;
    }
    return Progress{upload->id,           upload->stored ? State::stored : upload->busy ? State::storing : State::receiving,
                    upload->received,     upload->wish.size,
                    upload->stored_files, upload->stored_bytes};
}

Uploads::Uploads() : impl_(std::make_unique<Impl>()) {
    impl_->thread = background_thread([this] { impl_->run(); });
}

Uploads::~Uploads() {
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->stop = true;
        impl_->something.notify_all();
    }
    impl_->thread.join();
}

Uploads::Outcome Uploads::begin(std::shared_ptr<OwnFiles> files, Wish wish, std::string first_piece) {
    const auto upload = impl_->admit(std::move(files), std::move(wish));
    if (!upload) {
        return upload.error();
    }
    return add((*upload)->id, 0, std::move(first_piece));
}

Uploads::Outcome Uploads::begin_from_path(std::shared_ptr<OwnFiles> files, Wish wish, const std::string& path) {
    auto source = open_for_everybody(path, wish.size);
    if (!source) {
        return source.error();
    }
    const auto upload = impl_->admit(std::move(files), std::move(wish));
    if (!upload) {
        return upload.error();
    }
    (*upload)->source = *std::move(source);
    {
        const std::scoped_lock lock(impl_->mutex);
        impl_->hand_over(*upload, [impl = impl_.get(), at = *upload] { return impl->copy_source(*at); });
    }
    return impl_->wait_for(*upload);
}

Uploads::Outcome Uploads::add(const std::string& id, std::uint64_t offset, std::string piece) {
    UploadPtr upload;
    {
        const std::scoped_lock lock(impl_->mutex);
        const auto found = impl_->find(id);
        if (!found) {
            return found.error();
        }
        upload = *found;
        const std::uint64_t received = upload->received;
        const bool known = offset <= received && piece.size() <= received - offset && received > 0;
        if (!upload->busy && !upload->stored && !upload->refusal && !known) {
            if (offset != received) {
                return failed("the next piece must be the one at \"offset\" " + std::to_string(received) + ", and not " +
                              std::to_string(offset) + ".");
            }
            if (piece.size() > upload->wish.size - received) {
                return failed("this piece goes past the \"size\" of " + std::to_string(upload->wish.size) + " bytes.");
            }
            impl_->hand_over(
                upload, [impl = impl_.get(), upload, piece = std::move(piece)] { return impl->take_piece(*upload, piece); });
        }
    }
    return impl_->wait_for(upload);
}

Uploads::Outcome Uploads::progress(const std::string& id) {
    UploadPtr upload;
    {
        const std::scoped_lock lock(impl_->mutex);
        const auto found = impl_->find(id);
        if (!found) {
            return found.error();
        }
        upload = *found;
    }
    return impl_->wait_for(upload);
}

}  // namespace branchline
