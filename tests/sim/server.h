// The serving side of the simulation: what tftpd/server does around ReadTransfer (join a repeated request, a port a transfer,
// one client), without sockets. It checks at every step what must hold for every transfer, whatever the network does.
#pragma once

#include "tests/sim/random.h"
#include "tests/unit/tftp/pattern_source.h"
#include "tftpd/tftp/read_transfer.h"
#include "tftpd/tftp/window_source.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace branchline::sim {

struct ServedFile {
    std::uint64_t size = 0;  ///< bytes
    bool arriving = false;   ///< it comes from elsewhere, piece by piece, while it is served
};

class Server {
public:
    using Send = std::function<void(std::uint16_t server_port, ByteView datagram)>;

    Server(const ServedFile& file, std::uint64_t seed);

    void on_datagram(std::uint16_t server_port, ByteView datagram, const Send& send, TimePoint now);
    void on_timer(const Send& send, TimePoint now);
    [[nodiscard]] TimePoint deadline() const;
    [[nodiscard]] bool busy() const { return transfer_ != nullptr; }

    [[nodiscard]] const std::string& fault() const { return fault_; }  ///< what must not be; empty = all is well
    [[nodiscard]] std::uint64_t data_sent() const { return data_sent_; }
    [[nodiscard]] std::uint64_t resent() const { return resent_; }

private:
    void on_request(const tftp::Request& request, TimePoint now);
    void drain(const Send& send, TimePoint now);
    void check_datagram(ByteView datagram);
    void blame(std::string what);

    ServedFile file_;
    Random random_;
    std::shared_ptr<tftp::PatternSource> source_;
    tftp::WindowBytes window_;
    std::unique_ptr<tftp::ReadTransfer> transfer_;
    tftp::TransferOptions options_;
    bool netascii_ = false;
    std::uint16_t port_ = 40000;
    std::uint64_t next_growth_bytes_ = 0;
    TimePoint next_growth_ = TimePoint::max();
    unsigned unanswered_datagrams_ = 0;
    unsigned burst_ = 0;  ///< DATA since the last thing that arrived or the last timeout
    std::uint64_t data_sent_ = 0;
    std::uint64_t resent_ = 0;
    std::string fault_;
};

}  // namespace branchline::sim
