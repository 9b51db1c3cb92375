// The admin listener: what operators and their tools look at (metrics, health, console), by HTTP and, on the same port, by
// HTTPS if there is a certificate; on loopback unless configured otherwise. A thread of its own, so that it answers while
// phones are being served and can say so when they are not. Nothing that phones need depends on it: a port that cannot be had
// keeps nobody from booting.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/http/admin_page.h"
#include "tftpd/tls/server_context.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace branchline {

class AdminService {
public:
    static constexpr std::size_t max_connections = 64;  ///< more are closed at once

    /// Serves where `settings` says. If that cannot be had, says so in the log and serves nothing until reconfigure().
    /// `context` null: no TLS.
    AdminService(const AdminListener& settings, AdminPages pages, AdminSite site = {}, tls::ServerContextPtr context = {});
    ~AdminService();
    AdminService(const AdminService&) = delete;
    AdminService& operator=(const AdminService&) = delete;

    /// Moves to other settings. Throws ConfigError, still serving at the old place, if these cannot be had. Unchanged settings
    /// are tried again if they failed before, and never throw. New connections get `context`.
    void reconfigure(const AdminListener& settings, tls::ServerContextPtr context = {});

    /// The port that is open, 0 = none.
    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
