#include "tests/sim/clients.h"

#include "tftpd/tftp/packet.h"
#include "tftpd/tftp/transfer_options.h"

#include <array>
#include <chrono>

namespace branchline::sim {
namespace {

constexpr auto phone_timer = std::chrono::seconds(1);
constexpr std::size_t largest_from_client = 600;  // bytes

}  // namespace

void Phone::start(const Send& send, TimePoint now) {
    say(send, now);
}

void Phone::say(const Send& send, TimePoint now) {
    std::array<std::uint8_t, largest_from_client> room;
    std::size_t size = 0;
    if (server_port_) {
        size = tftp::write_ack(room, last_block_);
    } else {
        size = tftp::write_read_request(room, "file", netascii_ ? tftp::Mode::netascii : tftp::Mode::octet, {});
    }
    send(server_port_.value_or(request_port), ByteView(room).first(size));
    deadline_ = now + phone_timer;
}

void Phone::on_datagram(std::uint16_t server_port, ByteView datagram, const Send& send, TimePoint now) {
    if (ended_ || (server_port_ && *server_port_ != server_port)) {
        return;
    }
    const auto packet = tftp::parse(datagram);
    if (packet && std::holds_alternative<tftp::ErrorPacket>(*packet)) {
        ended_ = true;
        return;
    }
    const auto* data = packet ? std::get_if<tftp::Data>(&*packet) : nullptr;
    if (data == nullptr) {
        return;
    }
    if (data->block == static_cast<std::uint16_t>(last_block_ + 1)) {
        server_port_ = server_port;
        last_block_ = data->block;
        tries_ = 0;
        content_.insert(content_.end(), data->bytes.begin(), data->bytes.end());
        ended_ = succeeded_ = data->bytes.size() < tftp::plain_block_size;
        say(send, now);
    } else if (data->block == last_block_ && server_port_ && repeated_ == RepeatedData::acknowledged) {
        say(send, now);
    }
}

void Phone::on_timer(const Send& send, TimePoint now) {
    if (ended_ || now < deadline_) {
        return;
    }
    if (++tries_ > retries_) {
        ended_ = true;
        return;
    }
    waited_for_timer_ += phone_timer;
    say(send, now);
}

void Fetcher::on_datagram(std::uint16_t server_port, ByteView datagram, const Send& send, TimePoint now) {
    const auto bytes = fetch_.on_datagram(server_port, datagram, now);
    content_.insert(content_.end(), bytes.begin(), bytes.end());
    drain(send, now);
}

void Fetcher::on_timer(const Send& send, TimePoint now) {
    fetch_.on_timer(now);
    drain(send, now);
}

void Fetcher::drain(const Send& send, TimePoint now) {
    std::array<std::uint8_t, largest_from_client> room;
    while (const auto size = fetch_.next_datagram(room, now)) {
        send(fetch_.server_tid().value_or(request_port), ByteView(room).first(*size));
    }
}

}  // namespace branchline::sim
