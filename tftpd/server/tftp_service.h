// From a datagram to a transfer, for one thread: what a request is answered with, who is turned away, which transfer a packet
// belongs to, when something is sent again. It knows sockets only by number, takes the time as argument and asks the resolver
// by a function, so it runs without a network.
//
//   RRQ -> may it? -> joined to its running transfer, or a new session -> resolver -> ReadTransfer -> log line
//   WRQ -> ERROR 2; unknown mode -> ERROR 4; stranger on a transfer port -> ERROR 5, once; garbage, ERROR -> nothing
//
// Errors to requests are one datagram without path, address or version (threats.md R2, T20).
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/server/admission.h"
#include "tftpd/server/datagram.h"
#include "tftpd/server/interface_filter.h"
#include "tftpd/server/phone_memory.h"
#include "tftpd/server/session_table.h"
#include "tftpd/server/told_peers.h"
#include "tftpd/server/transfer_log.h"
#include "tftpd/tftp/window_source.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace branchline {

/// What tftp_service asks of its surroundings.
struct ServiceHooks {
    /// Resolver::resolve, or what stands for it.
    std::function<void(const Question&, std::function<void(Answer)>)> resolve;
    /// Runs a function later on this service's thread; may be called from any thread, also after the service has gone (the
    /// function is then dropped).
    std::function<void(std::function<void()>)> post;
};

class TftpService {
public:
    static constexpr Duration request_valid = std::chrono::seconds(1);  ///< older requests are dropped unanswered
    static constexpr Duration patience = std::chrono::seconds(60);      ///< for the resolver, and for content that arrives
    static constexpr Duration restart_after =
        std::chrono::seconds(1);  ///< of silence: the same request means a restarted phone

    /// `transfer_sockets_*` are the numbers of this thread's transfer sockets; in single-port mode those of the listeners.
    TftpService(ConfigPtr config, ServiceHooks hooks, Admission& admission, TransferLog& log, Outbox& outbox,
                std::vector<SocketNumber> transfer_sockets_v4, std::vector<SocketNumber> transfer_sockets_v6, bool single_port,
                TimePoint now);
    ~TftpService();
    TftpService(const TftpService&) = delete;
    TftpService& operator=(const TftpService&) = delete;

    /// A datagram on a listener.
    void on_listener(const Incoming& incoming, TimePoint now);
    /// A datagram on a transfer socket.
    void on_transfer_socket(const Incoming& incoming, TimePoint now);
    /// To be called at next_deadline() or later.
    void on_timer(TimePoint now);
    [[nodiscard]] std::optional<TimePoint> next_deadline() const { return table_.wheel.next(); }

    void configure(ConfigPtr config);
    void take_no_new_requests() { accepting_ = false; }
    void cancel_all(TimePoint now);  ///< phones that have answered are told

    [[nodiscard]] std::size_t sessions() const { return table_.size(); }
    [[nodiscard]] bool single_port() const { return single_port_; }
    [[nodiscard]] const SessionTable& table() const { return table_; }

private:
    /// The packet, if it was sent to an address of ours and can be read; garbage is counted.
    [[nodiscard]] std::optional<tftp::Packet> packet_for_us(const Incoming& incoming) const;
    void on_request(const Incoming& incoming, const tftp::Request& request, TimePoint now);
    [[nodiscard]] bool joined(const Incoming& incoming, const tftp::Request& request, TimePoint now);
    [[nodiscard]] bool may_begin(const Peer& phone, TimePoint now);
    [[nodiscard]] std::optional<SocketNumber> free_socket(const Peer& phone, TimePoint now);
    void ask(Session& session, const tftp::Request& request, TimePoint now);
    void on_answer(const SessionKey& key, std::uint64_t id, Answer answer, TimePoint now);
    void start(Session& session, Answer answer, TimePoint now);
    void give_to_transfer(Session& session, const Incoming& incoming, TimePoint now);
    void pump(Session& session, TimePoint now);
    void wait_for_source(Session& session, TimePoint now);
    void on_source_grew(const SessionKey& key, std::uint64_t id, TimePoint now);
    void end(Session& session, TimePoint now);
    void drop(Session& session, std::string_view reason, TimePoint now);
    void remove(Session& session);
    void reply_error(SocketNumber socket, const Peer& to, const LocalAddress& from, tftp::ErrorCode code,
                     std::string_view text);
    [[nodiscard]] const std::vector<SocketNumber>& sockets_for(const Peer& phone) const;
    [[nodiscard]] SocketNumber next_socket(const Peer& phone);

    ConfigPtr config_;
    InterfaceFilter filter_;
    tftp::ReadTransferLimits transfer_limits_;
    ServiceHooks hooks_;
    Admission& admission_;
    TransferLog& log_;
    Outbox& outbox_;
    const std::vector<SocketNumber> transfer_sockets_v4_;
    const std::vector<SocketNumber> transfer_sockets_v6_;
    const bool single_port_;
    bool accepting_ = true;
    std::size_t turn_ = 0;      ///< of the transfer sockets
    tftp::WindowBytes window_;  ///< of the session that is pumped
    SessionTable table_;
    PhoneMemory memory_;
    ToldPeers told_;
};

}  // namespace branchline
