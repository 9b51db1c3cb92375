#include "tftpd/base/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

namespace branchline {
namespace {

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto put = ::write(fd, text.data(), text.size());
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

Failure failure(const std::filesystem::path& path, const char* step) {
    return Failure{std::string("cannot ") + step + ' ' + path.string() + ": " + std::strerror(errno)};
}

}  // namespace

Result<bool> replace_file(const std::filesystem::path& path, std::string_view text, mode_t mode) {
    std::string temporary = path.string() + ".XXXXXX";
    const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) {
        return failure(path, "make a temporary file beside");
    }
    const bool written = write_all(fd, text) && ::fchmod(fd, mode) == 0 && ::fsync(fd) == 0;
    auto result = written ? Result<bool>(true) : Result<bool>(failure(path, "write a temporary file beside"));
    ::close(fd);
    if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
        result = failure(path, "replace");
    }
    if (!result) {
        ::unlink(temporary.c_str());
        return result;
    }
    // The new name itself must survive a power cut. A directory that cannot be opened is nobody's worry now.
    const int directory = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        ::fsync(directory);
        ::close(directory);
    }
    return result;
}

}  // namespace branchline
