// Tells the hook, once a second, that this daemon is alive and whether it serves, and which others do (api/server_table.h). A
// table that is not written any more grows stale by itself, so a daemon that hangs or dies is noticed too.
#pragma once

#include <map>
#include <string>

namespace branchline {

class ServerTableWriter {
public:
    ServerTableWriter() = default;
    ~ServerTableWriter();  ///< takes the table away
    ServerTableWriter(const ServerTableWriter&) = delete;
    ServerTableWriter& operator=(const ServerTableWriter&) = delete;

    /// `socket` is the control socket's path, or any other beside which the table lies; empty = nowhere. `others`:
    /// the other servers that phones are told, and whether they answer.
    void write(const std::string& socket, bool serving, std::map<std::string, bool> others = {});

private:
    std::string path_;
    bool failed_ = false;  ///< said in the log, not to be said again
};

}  // namespace branchline
