// Kea's command socket, open at a path. Kea demands that its directory be KEA_CONTROL_SOCKET_DIR (/run/kea) with mode 0750; the
// socket itself is open to its owner and group, so that Kea's daemons and operators in that group can send commands.
#pragma once

#include <asiolink/io_service.h>

#include <string>

namespace branchline {

class ControlSocket {
public:
    explicit ControlSocket(const isc::asiolink::IOServicePtr& io);
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

    /// Opens `path` instead of what was open; empty = none. The command under way still gets its answer. Throws ConfigError,
    /// and then has the old one open again if that is possible.
    void open(const std::string& path);

private:
    void close();
    std::string path_;
};

}  // namespace branchline
