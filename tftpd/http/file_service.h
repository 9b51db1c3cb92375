// Files by HTTP for phones (port 6970), by the same rules as TFTP. Answers what real phones send, "Host:ADDRESS:PORT" without
// a blank included; GET and HEAD only; no listing of anything.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/phones/file_report.h"
#include "tftpd/resolve/resolver.h"

#include <memory>
#include <string>

namespace branchline {

class HttpFileService {
public:
    /// Connections held in all; as many as CUCM serves.
    static constexpr std::size_t max_connections = 2500;

    /// Starts serving on its own thread. Throws ConfigError if the port is taken. http_port 0: nothing is opened. `listener` is
    /// told on that thread how each request ended.
    HttpFileService(ConfigPtr config, Resolver& resolver, FileListener listener = {});
    ~HttpFileService();
    HttpFileService(const HttpFileService&) = delete;
    HttpFileService& operator=(const HttpFileService&) = delete;

    void reconfigure(ConfigPtr config);  ///< as TftpServer::reconfigure
    [[nodiscard]] std::size_t connections() const;
    /// One beat of the service's thread (ThreadPulse); returns how many it has missed. For one asking thread.
    unsigned beat();

    // As TftpServer's.
    void pause();
    std::size_t cut_off();
    void resume();

    /// Takes no new request and waits up to `limit` for the answers under way; returns how many were cut off.
    std::size_t drain(std::chrono::seconds limit);

    /// The port that is open, 0 = none.
    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
