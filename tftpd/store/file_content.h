// Content that stays on disk: one open descriptor, read where asked. The descriptor keeps the bytes of a file that is replaced
// by rename or removed; a file rewritten in place is noticed by its size and modification time, and from then on every read
// fails, because the transfer already sent the beginning of another file.
#pragma once

#include "tftpd/store/content.h"
#include "tftpd/store/unique_fd.h"

#include <sys/stat.h>

#include <cstdint>
#include <optional>

namespace branchline {

/// What tells one state of a file from another without reading it.
struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;        ///< bytes
    std::int64_t modified_ns = 0;  ///< nanoseconds since the epoch
    std::int64_t changed_ns = 0;   ///< the same; also moves when the file is linked, renamed over or unlinked
    bool operator==(const FileIdentity&) const = default;

    static FileIdentity of(const struct stat& status);

    /// Were the bytes left alone between these two looks at one descriptor? (Renaming over the file moves only changed_ns.)
    [[nodiscard]] bool same_bytes(const FileIdentity& later) const {
        return size == later.size && modified_ns == later.modified_ns;
    }

    /// Was it changed so recently that a further change could leave the same time stamp behind? Kernels before 6.13 stamp with
    /// the resolution of the timer tick. Such a state must not be remembered by its identity.
    [[nodiscard]] bool too_young_to_trust(std::int64_t wall_now_ns) const;
};

/// The wall clock, nanoseconds since the epoch.
std::int64_t wall_clock_ns();

/// The identity of an open file; nothing on I/O error.
std::optional<FileIdentity> identify(int fd);

/// Reads exactly `into.size()` bytes at `offset`; false on I/O error or if the file ends before.
bool read_exactly(int fd, std::uint64_t offset, ByteSpan into);

class FileContent final : public Content {
public:
    /// The bytes from `offset` to the end of `identity.size`.
    FileContent(UniqueFd fd, const FileIdentity& identity, std::uint64_t offset = 0)
        : fd_(std::move(fd)), identity_(identity), offset_(offset) {}

    [[nodiscard]] std::optional<std::uint64_t> size() const override { return identity_.size - offset_; }
    [[nodiscard]] tftp::BlockRead read(std::uint64_t offset, ByteSpan into) const override;

private:
    UniqueFd fd_;
    FileIdentity identity_;
    std::uint64_t offset_;
};

}  // namespace branchline
