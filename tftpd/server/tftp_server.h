// The TFTP service: N threads, each with its own io_context, its own SO_REUSEPORT listeners on IPv4 and IPv6, its own small
// pool of transfer ports and its own sessions; nothing is shared on the path but immutable content and counters.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/phones/file_report.h"
#include "tftpd/resolve/resolver.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace branchline {

/// A transfer under way, for status.
struct TransferStatus {
    std::string phone;  ///< address and port
    std::string file;
    std::string source;
    std::uint64_t bytes = 0;  ///< acknowledged
    std::uint64_t resent = 0;
};

class TftpServer {
public:
    /// Starts serving. No address on the machine, or a tentative one, is not an error. Throws ConfigError if the port is taken
    /// or may not be bound. `listener` is told how each request ended, by the thread that served it.
    TftpServer(ConfigPtr config, Resolver& resolver, FileListener listener = {});
    ~TftpServer();  ///< stops at once
    TftpServer(const TftpServer&) = delete;
    TftpServer& operator=(const TftpServer&) = delete;

    /// Takes what can change while serving (interfaces, limits). Running transfers go on. A changed port, port range or thread
    /// count opens new sockets before the old ones close; transfers on the old ones end first. Throws ConfigError, changing
    /// nothing, if the new ports cannot be had.
    void reconfigure(ConfigPtr config);

    /// Takes no new request; transfers under way go on until they end, or cut_off() ends them. Does nothing if that is so
    /// already.
    void pause();
    /// Ends what pause() let go on, telling the phones so; returns how many transfers that were.
    std::size_t cut_off();
    /// Serves again, by the configuration that was taken last. Throws ConfigError if its ports cannot be had; paused then.
    void resume();

    /// Takes no new request and waits up to `limit` for running transfers; returns how many were cut off.
    std::size_t drain(std::chrono::seconds limit);

    [[nodiscard]] std::size_t transfers() const;  ///< now running
    [[nodiscard]] std::vector<TransferStatus> transfer_status(std::size_t at_most);
    /// One beat of every thread (ThreadPulse); returns the name of one that hangs, "" = all live. For one asking thread.
    [[nodiscard]] std::string beat();
    [[nodiscard]] std::string not_serving_reason() const;  ///< empty = serving

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
