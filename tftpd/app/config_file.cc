#include "tftpd/app/config_file.h"

#include "tftpd/config/config_error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <sstream>

namespace branchline {
namespace {

constexpr mode_t new_file_mode = 0640;

[[noreturn]] void fail(const std::filesystem::path& path, const char* step) {
    const std::string reason = std::strerror(errno);
    throw ConfigError({path.string(), 0, 0}, std::string("cannot ") + step + " it: " + reason +
                                                 ". The file is as it was; check the directory's permissions and space.");
}

/// A descriptor that closes itself, and a temporary file that goes unless it was renamed.
struct TemporaryFile {
    std::string name;
    int descriptor = -1;
    bool renamed = false;

    explicit TemporaryFile(std::string pattern) : name(std::move(pattern)), descriptor(::mkostemp(name.data(), O_CLOEXEC)) {}
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() {
        if (descriptor >= 0) {
            ::close(descriptor);
            if (!renamed) {
                ::unlink(name.c_str());
            }
        }
    }
};

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const auto count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

std::filesystem::path target_for_writing(const std::filesystem::path& running, const std::string& wanted) {
    const auto own = std::filesystem::absolute(running).lexically_normal();
    if (wanted.empty()) {
        return own;
    }
    const std::filesystem::path given(wanted);
    const auto target = (given.is_absolute() ? given : own.parent_path() / given).lexically_normal();
    if (target.parent_path() != own.parent_path() || !target.has_filename()) {
        throw ConfigError(Position{}, "config-write writes only into " + own.parent_path().string() +
                                          ", where the running configuration came from; give a file name without directory.");
    }
    return target;
}

void write_config_file(const std::filesystem::path& path, const isc::data::ConstElementPtr& document) {
    std::ostringstream text;
    isc::data::prettyPrint(document, text, 0, 4);
    text << '\n';

    struct ::stat old{};
    const auto mode = ::stat(path.c_str(), &old) == 0 ? old.st_mode & 07777 : new_file_mode;
    TemporaryFile file(path.string() + ".XXXXXX");
    if (file.descriptor < 0) {
        fail(path, "make a temporary file beside");
    }
    if (!write_all(file.descriptor, text.str()) || ::fchmod(file.descriptor, mode) != 0 || ::fsync(file.descriptor) != 0) {
        fail(path, "write a temporary file beside");
    }
    if (::rename(file.name.c_str(), path.c_str()) != 0) {
        fail(path, "replace");
    }
    file.renamed = true;
    // The new name itself must survive a power cut. A directory that cannot be opened is none of the operator's worries now.
    const int directory = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        ::fsync(directory);
        ::close(directory);
    }
}

}  // namespace branchline
