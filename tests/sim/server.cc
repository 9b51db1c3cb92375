#include "tests/sim/server.h"

#include "tests/sim/clients.h"
#include "tftpd/tftp/netascii.h"
#include "tftpd/tftp/packet.h"
#include "tftpd/tftp/transfer_options.h"

#include <algorithm>
#include <array>
#include <utility>

namespace branchline::sim {
namespace {

constexpr unsigned most_unanswered = 3;        // datagrams; threats.md T2
constexpr std::uint64_t most_growth = 60'000;  // bytes that arrive at once
constexpr auto most_growth_pause = std::chrono::milliseconds(40);

}  // namespace

Server::Server(const ServedFile& file, std::uint64_t seed)
    : file_(file), random_(seed), source_(std::make_shared<tftp::PatternSource>(file.size)) {
    if (file_.arriving) {
        source_->set_available(0);
        next_growth_ = TimePoint{};
    }
}

TimePoint Server::deadline() const {
    auto at = next_growth_;
    if (transfer_ && transfer_->state() == tftp::ReadTransfer::State::running) {
        at = std::min(at, transfer_->deadline());
    }
    return at;
}

void Server::on_datagram(std::uint16_t server_port, ByteView datagram, const Send& send, TimePoint now) {
    const auto packet = tftp::parse(datagram);
    if (!packet) {
        blame("the network brought garbage");
        return;
    }
    burst_ = 0;
    if (server_port == request_port) {
        if (const auto* request = std::get_if<tftp::Request>(&*packet)) {
            on_request(*request, now);
        }
    } else if (transfer_ && server_port == port_) {
        transfer_->on_packet(*packet, now);
    }
    drain(send, now);
}

void Server::on_request(const tftp::Request& request, TimePoint now) {
    if (transfer_) {
        transfer_->on_repeated_request(now);
        return;
    }
    ++port_;
    unanswered_datagrams_ = 0;
    std::shared_ptr<const tftp::BlockSource> source = source_;
    netascii_ = request.mode == tftp::Mode::netascii;
    if (netascii_) {
        source = tftp::as_netascii(source);
    }
    const auto negotiation = tftp::negotiate(request.options, source->size(), {});
    options_ = negotiation.options;
    if (!netascii_) {
        source = tftp::by_windows(std::move(source), options_, window_);
    }
    transfer_ = std::make_unique<tftp::ReadTransfer>(std::move(source), negotiation, tftp::ReadTransferLimits{},
                                                     tftp::RoundTrip{}, now);
}

void Server::on_timer(const Send& send, TimePoint now) {
    if (now >= next_growth_) {
        source_->set_available(source_->available() + random_.between(1, most_growth));
        const auto pause = std::chrono::duration_cast<std::chrono::microseconds>(most_growth_pause).count();
        next_growth_ = source_->available() == file_.size
                           ? TimePoint::max()
                           : now + std::chrono::microseconds(random_.between(0, static_cast<std::uint64_t>(pause)));
        if (transfer_) {
            transfer_->on_source_grew(now);
        }
    }
    if (transfer_) {
        if (transfer_->state() == tftp::ReadTransfer::State::running && now >= transfer_->deadline()) {
            burst_ = 0;
        }
        transfer_->on_timer(now);
    }
    drain(send, now);
}

void Server::drain(const Send& send, TimePoint now) {
    if (!transfer_) {
        return;
    }
    std::array<std::uint8_t, tftp::data_header_size + tftp::largest_block_size> room;
    while (const auto size = transfer_->next_datagram(room, now)) {
        check_datagram(ByteView(room).first(*size));
        send(port_, ByteView(room).first(*size));
    }
    window_.forget();
    if (transfer_->state() == tftp::ReadTransfer::State::done || transfer_->state() == tftp::ReadTransfer::State::failed) {
        resent_ += transfer_->statistics().resent;
        transfer_.reset();
    }
}

void Server::check_datagram(ByteView datagram) {
    if (!transfer_->answered() && ++unanswered_datagrams_ > most_unanswered) {
        blame("more than three datagrams to a client that never answered");
    }
    const auto packet = tftp::parse(datagram);
    if (!packet) {
        blame("the server sent garbage");
        return;
    }
    if (std::holds_alternative<tftp::Data>(*packet)) {
        ++data_sent_;
        if (++burst_ > options_.window_size) {
            blame("more than a window in flight");
        }
        if (datagram.size() > tftp::data_header_size + options_.block_size) {
            blame("a block longer than agreed");
        }
    }
    if (source_->furthest_read() > file_.size) {
        blame("a read beyond the end of the file");
    }
}

void Server::blame(std::string what) {
    if (fault_.empty()) {
        fault_ = std::move(what);
    }
}

}  // namespace branchline::sim
