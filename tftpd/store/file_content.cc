#include "tftpd/store/file_content.h"

#include <cerrno>

#include <algorithm>
#include <chrono>

namespace branchline {

std::int64_t wall_clock_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

FileIdentity FileIdentity::of(const struct stat& status) {
    // Unsigned, because a file system may hold times whose nanoseconds do not fit: they wrap, and still differ.
    const auto nanoseconds = [](const struct timespec& time) {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
                                         static_cast<std::uint64_t>(time.tv_nsec));
    };
    return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim),
            nanoseconds(status.st_ctim)};
}

bool FileIdentity::too_young_to_trust(std::int64_t wall_now_ns) const {
    constexpr std::uint64_t margin_ns = 50'000'000;  // several ticks of the slowest timer, 100 Hz
    const auto distance = static_cast<std::uint64_t>(wall_now_ns) - static_cast<std::uint64_t>(changed_ns) + margin_ns;
    return distance < 2 * margin_ns;
}

std::optional<FileIdentity> identify(int fd) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
        return std::nullopt;
    }
    return FileIdentity::of(status);
}

bool read_exactly(int fd, std::uint64_t offset, ByteSpan into) {
    while (!into.empty()) {
        const auto got = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        offset += static_cast<std::uint64_t>(got);
        into = into.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

tftp::BlockRead FileContent::read(std::uint64_t offset, ByteSpan into) const {
    const auto length = identity_.size - offset_;
    if (offset >= length) {
        return {tftp::BlockRead::State::ok, 0};
    }
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), length - offset));
    if (!read_exactly(fd_.get(), offset_ + offset, into.first(count))) {
        return {tftp::BlockRead::State::failed, 0};
    }
    // Looked at after reading: the kernel moves the modification time before it copies the new bytes in, so bytes of another
    // state cannot have been read without it showing here.
    const auto now = identify(fd_.get());
    if (!now || !identity_.same_bytes(*now)) {
        return {tftp::BlockRead::State::failed, 0};
    }
    return {tftp::BlockRead::State::ok, count};
}

}  // namespace branchline
