// The Trust Verification Service (TCP 2445, TLS): phones ask it about the makers of signatures that their own trust list does
// not have. Answers from the certificate stores and with this machine's own certificates (answers.h), on a thread of its own.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/tls/server_context.h"
#include "tftpd/tvs/message.h"

#include <functional>
#include <memory>
#include <optional>

namespace branchline {

class TvsService {
public:
    static constexpr std::size_t max_connections = 256;
    static constexpr std::size_t max_connections_of_client = 8;  ///< an IPv4 address or an IPv6 /64
    static constexpr double queries_per_second = 1;              ///< of one client; a phone asks a few times a day
    static constexpr double query_burst = 30;
    static constexpr std::size_t max_clients = 4096;  ///< whose queries are counted

    /// What is known of who is asked about; `identity` is what this machine shows at the time.
    using LookUp = std::function<std::optional<tvs::Known>(const tvs::Query&, const tls::Identity& identity)>;

    /// Starts serving, if there is a "tvs-port". `look_up` is called on the service's thread. Throws ConfigError if the port is
    /// taken.
    TvsService(ConfigPtr config, tls::ServerContextPtr context, LookUp look_up);
    ~TvsService();
    TvsService(const TvsService&) = delete;
    TvsService& operator=(const TvsService&) = delete;

    /// Throws ConfigError, and changes nothing, if the new port cannot be had.
    void reconfigure(ConfigPtr config, tls::ServerContextPtr context);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
