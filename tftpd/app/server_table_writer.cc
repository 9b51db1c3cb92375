#include "tftpd/app/server_table_writer.h"

#include "tftpd/api/server_table.h"
#include "tftpd/log/log.h"

#include "app_messages.h"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <utility>

namespace branchline {

ServerTableWriter::~ServerTableWriter() {
    if (!path_.empty()) {
        ::unlink(path_.c_str());
    }
}

void ServerTableWriter::write(const std::string& socket, bool serving, std::map<std::string, bool> others) {
    const auto path =
        socket.empty() ? std::string() : std::filesystem::path(socket).replace_filename(api::server_table_name).string();
    if (path != path_) {
        if (!path_.empty()) {
            ::unlink(path_.c_str());
        }
        path_ = path;
        failed_ = false;
    }
    if (path_.empty()) {
        return;
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    others.insert_or_assign("self", serving);
    const auto written = api::write_server_table(
        path_, {.written = std::chrono::duration_cast<std::chrono::seconds>(now).count(), .alive = std::move(others)});
    if (!written && !failed_) {
        LOG_WARN(app_logger, APP_SERVER_TABLE_FAILED).arg(path_).arg(written.error().text);
    }
    failed_ = !written;
}

}  // namespace branchline
