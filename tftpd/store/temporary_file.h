// A file that is being written and does not have its name yet: removed with its owner unless it was given its final name. What
// a crash leaves behind is removed at the next start, because its name says what it is.
#pragma once

#include "tftpd/store/unique_fd.h"

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

namespace branchline {

class TemporaryFile {
public:
    /// An empty file at `path`, for reading and writing by our user only; nullptr and errno if it cannot be made.
    static std::shared_ptr<TemporaryFile> create(const std::filesystem::path& path);
    TemporaryFile(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] int fd() const { return fd_.get(); }

    /// Makes sure that its bytes are on the disk and gives it its final name, replacing what had it. 0, or errno.
    int publish(const std::filesystem::path& as);

    /// Nothing more will be written: sets the mode, makes sure that the bytes are on the disk, and closes it. 0, or errno.
    int finish(mode_t mode);
    /// Gives it its final name in an open directory; to be finished before. 0, or errno.
    int publish_in(int directory, const std::string& as);

private:
    UniqueFd fd_;
    std::filesystem::path path_;  // empty once published
};

}  // namespace branchline
