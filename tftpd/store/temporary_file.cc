#include "tftpd/store/temporary_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

namespace branchline {

std::shared_ptr<TemporaryFile> TemporaryFile::create(const std::filesystem::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    return fd ? std::make_shared<TemporaryFile>(std::move(fd), path) : nullptr;
}

TemporaryFile::~TemporaryFile() {
    if (!path_.empty()) {
        ::unlink(path_.c_str());
    }
}

int TemporaryFile::publish(const std::filesystem::path& as) {
    // The bytes before the name: a power cut in between must not leave a good name on a file full of zeros.
    if (::fsync(fd_.get()) != 0 || std::rename(path_.c_str(), as.c_str()) != 0) {
        return errno;
    }
    path_.clear();
    return 0;
}

int TemporaryFile::finish(mode_t mode) {
    if (fd_ && (::fchmod(fd_.get(), mode) != 0 || ::fsync(fd_.get()) != 0)) {
        return errno;
    }
    fd_.reset();
    return 0;
}

int TemporaryFile::publish_in(int directory, const std::string& as) {
    if (::renameat(AT_FDCWD, path_.c_str(), directory, as.c_str()) != 0) {
        return errno;
    }
    path_.clear();
    return 0;
}

}  // namespace branchline
