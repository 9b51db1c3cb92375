// One thread of the TFTP service: its sockets, its io_context, its timer. A thin driver around tftp_service: it waits until a
// socket is readable, takes a batch, hands it over datagram by datagram, and sends what that brought forth.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/server/admission.h"
#include "tftpd/server/tftp_server.h"
#include "tftpd/server/transfer_log.h"

#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace branchline {

class TftpWorker {
public:
    static constexpr std::size_t transfer_sockets = 2;  ///< a family

    struct Plan {
        ConfigPtr config;
        std::string name;                           ///< of the thread
        std::vector<std::uint16_t> transfer_ports;  ///< for this thread alone; empty = the kernel chooses
        bool single_port = false;                   ///< transfers live on the listeners
    };

    /// Opens the sockets; serves from start() on. Throws ConfigError if a port cannot be had.
    TftpWorker(const Plan& plan, Resolver& resolver, Admission& admission, TransferLog& log);
    ~TftpWorker();  ///< stops at once
    TftpWorker(const TftpWorker&) = delete;
    TftpWorker& operator=(const TftpWorker&) = delete;

    // All of these may be called from any thread.
    void start();
    void configure(ConfigPtr config);
    /// Takes no new requests; transfers go on.
    void stop_listening();
    /// Ends by itself when the last transfer has; true if there is none, so that it has ended. The listeners are closed when
    /// this returns. With `keep_listening` (single-port mode, where closing a listener would strand its transfers) it takes
    /// requests meanwhile, and ends after 10 s at the latest.
    [[nodiscard]] bool retire(bool keep_listening);
    /// Cuts off what still runs and ends. Waits for the thread.
    void stop();

    /// One beat of the thread (ThreadPulse); returns how many it has missed. For one asking thread.
    unsigned beat();
    [[nodiscard]] const std::string& name() const;

    [[nodiscard]] std::uint16_t single_port() const;    ///< the one that transfers live on too; 0 = none
    [[nodiscard]] bool ended() const;                   ///< the thread has nothing more to do
    [[nodiscard]] std::size_t transfers() const;        ///< this thread's
    [[nodiscard]] int smallest_receive_buffer() const;  ///< bytes, of the listeners
    /// Answered by the worker's thread; never answered once it has ended.
    [[nodiscard]] std::future<std::vector<TransferStatus>> status(std::size_t at_most);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
