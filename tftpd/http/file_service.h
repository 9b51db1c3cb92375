// Files by HTTP (port 6970) and HTTPS (6971, 6972) for phones, by the same rules as TFTP. Answers what real phones send,
// "Host:ADDRESS:PORT" without a blank included; GET and HEAD only; no listing of anything.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/phones/file_report.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/tls/server_context.h"

#include <memory>
#include <string>
#include <vector>

namespace branchline {

class HttpFileService {
public:
    /// Connections held in all; as many as CUCM serves.
    static constexpr std::size_t max_connections = 2500;
    /// Connections with TLS among them; each takes 50 KiB.
    static constexpr std::size_t max_tls_connections = 1000;

    /// Starts serving on its own thread. Throws ConfigError if a port is taken. A port of 0 is not opened. `tls_context`,
    /// for the https-ports, may be null if there are none. `listener` is told on that thread how each request ended.
    HttpFileService(ConfigPtr config, Resolver& resolver, FileListener listener = {}, tls::ServerContextPtr tls_context = {});
    ~HttpFileService();
    HttpFileService(const HttpFileService&) = delete;
    HttpFileService& operator=(const HttpFileService&) = delete;

    /// As TftpServer::reconfigure. Connections that are open keep the certificate with which they began.
    void reconfigure(ConfigPtr config, tls::ServerContextPtr tls_context = {});
    [[nodiscard]] std::size_t connections() const;
    /// One beat of the service's thread (ThreadPulse); returns how many it has missed. For one asking thread.
    unsigned beat();

    // As TftpServer's.
    void pause();
    std::size_t cut_off();
    void resume();

    /// Takes no new request and waits up to `limit` for the answers under way; returns how many were cut off.
    std::size_t drain(std::chrono::seconds limit);

    /// The port for plain HTTP that is open, 0 = none.
    [[nodiscard]] std::uint16_t port() const;
    /// The ports for HTTPS that are open. Not while another thread reconfigures, pauses or resumes.
    [[nodiscard]] std::vector<std::uint16_t> https_ports() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
