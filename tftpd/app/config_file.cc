#include "tftpd/app/config_file.h"

#include "tftpd/base/replace_file.h"
#include "tftpd/config/config_error.h"

#include <sys/stat.h>

#include <sstream>

namespace branchline {
namespace {

constexpr mode_t new_file_mode = 0640;

}  // namespace

std::filesystem::path target_for_writing(const std::filesystem::path& running, const std::string& wanted) {
    auto own = std::filesystem::absolute(running).lexically_normal();
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
    if (const auto replaced = replace_file(path, text.str(), mode); !replaced) {
        throw ConfigError({path.string(), 0, 0},
                          replaced.error().text + ". The file is as it was; check the directory's permissions and space.");
    }
}

}  // namespace branchline
