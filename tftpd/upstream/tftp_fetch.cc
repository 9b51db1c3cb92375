#include "tftpd/upstream/tftp_fetch.h"

#include "tftpd/base/counters.h"
#include "tftpd/tftp/fetch_transfer.h"
#include "tftpd/upstream/source_port.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace branchline {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

namespace {

// Whole Ethernet frames without fragments, with room for a tunnel's header: 1500 less IP and UDP headers, 4 of DATA and 40.
constexpr std::uint16_t block_size_v4 = 1428;  // bytes
constexpr std::uint16_t block_size_v6 = 1408;  // bytes
// 45 KB: on a line of 100 ms 3.6 Mbit/s, and not a second's worth of one of 512 kbit/s, where the server would send it again.
constexpr std::uint16_t window_size = 32;              // DATA
constexpr std::chrono::milliseconds rate_window{250};  // under a rate limit a window is what arrives in so long

constexpr std::size_t largest_request = 600;    // bytes; what FetchTransfer asks for
constexpr std::size_t largest_datagram = 2048;  // bytes; nothing we ask for is longer

// An answer without OACK is the easiest to forge: one datagram can be the whole file. It is believed only when no second answer
// has come within this time of the first. Servers that know options, all that matter, do not pay it: the round trip of the OACK
// is as good.
constexpr std::chrono::milliseconds doubt{100};

constexpr const char* two_answers_text = "two ports answered one request";

class TftpFetch final : public std::enable_shared_from_this<TftpFetch> {
public:
    TftpFetch(asio::io_context& io, const RemoteServer& server, const AttemptSettings& settings, AttemptEvents events)
        : io_(io),
          server_(server),
          settings_(settings),
          events_(std::move(events)),
          socket_(io),
          timer_(io),
          progress_(settings.stall_window) {}

    void begin(bool options);
    void cancel();

private:
    [[nodiscard]] std::uint16_t window_for(std::uint16_t block_size) const;
    void send();
    void send_when_due(std::uint64_t bytes, TimePoint now);
    void receive();
    void on_received(const error_code& error, std::size_t size);
    void on_icmp(const error_code& error);
    void take(ByteView datagram);
    bool is_second_answer(ByteView datagram) const;
    void arm();
    void on_timer();
    void settle();
    void settle_failure();
    void end(AttemptEnd how, std::string reason);

    asio::io_context& io_;
    RemoteServer server_;
    AttemptSettings settings_;
    AttemptEvents events_;
    udp::socket socket_;
    asio::steady_timer timer_;
    std::optional<tftp::FetchTransfer> transfer_;
    Progress progress_;
    TimePoint sure_at_{};  // when a file that is whole is also believed
    unsigned requests_sent_ = 0;
    unsigned request_ = 0;  // counts sockets: a handler of the one before must not touch the next
    bool with_options_ = true;
    bool found_said_ = false;
    bool ended_ = false;
    std::optional<TimePoint> held_until_{};  // the cluster's rate: no ACK before
    TimePoint armed_for_ = TimePoint::max();
    udp::endpoint sender_;
    std::array<std::uint8_t, largest_datagram> datagram_{};
};

void TftpFetch::begin(bool options) {
    if (ended_) {
        return;
    }
    const TimePoint now = Clock::now();
    const bool v6 = server_.address.is_v6();
    tftp::FetchSettings asked;
    asked.block_size = v6 ? block_size_v6 : block_size_v4;
    asked.window_size = window_for(asked.block_size);
    asked.options = options;
    asked.expect_options = options && settings_.expect_tftp_options;
    asked.max_size = settings_.max_size;
    asked.patience = settings_.patience;
    with_options_ = options;
    requests_sent_ = 0;
    held_until_.reset();

    ++request_;
    error_code error;
    socket_ = open_request_socket(io_, v6 ? udp::v6() : udp::v4(), error);
    if (error) {
        return end(AttemptEnd::no_answer, "no socket: " + error.message());
    }
    transfer_.emplace(settings_.name, asked, now);
    receive();
    send();
    if (!ended_) {
        arm();
    }
}

std::uint16_t TftpFetch::window_for(std::uint16_t block_size) const {
    if (!settings_.rate || !settings_.waits_for_rate) {
        return window_size;
    }
    const auto blocks = settings_.rate->bytes_in(rate_window) / block_size;
    return static_cast<std::uint16_t>(std::clamp<std::size_t>(blocks, 1, window_size));
}

void TftpFetch::cancel() {
    if (ended_) {
        return;
    }
    ended_ = true;
    if (transfer_ && transfer_->state() == tftp::FetchTransfer::State::running) {
        transfer_->cancel();
        send();  // one ERROR to a server that is sending to us, so that it does not go on
    }
    error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
}

void TftpFetch::send() {
    std::array<std::uint8_t, largest_request> out{};
    while (const auto size = transfer_->next_datagram(out, Clock::now())) {
        const udp::endpoint to(server_.address, transfer_->server_tid().value_or(server_.tftp_port));
        requests_sent_ += transfer_->server_tid() ? 0 : 1;
        error_code error;
        socket_.send_to(asio::buffer(out.data(), *size), to, 0, error);
        // A full send buffer is a lost datagram: the timer sends again.
        if (error && error != asio::error::would_block) {
            on_icmp(error);
            if (ended_) {
                return;
            }
        }
    }
}

void TftpFetch::receive() {
    socket_.async_receive_from(asio::buffer(datagram_), sender_,
                               [self = shared_from_this(), request = request_](const error_code& error, std::size_t size) {
                                   if (!self->ended_ && request == self->request_) {
                                       self->on_received(error, size);
                                   }
                               });
}

void TftpFetch::on_received(const error_code& error, std::size_t size) {
    if (error == asio::error::operation_aborted) {
        return;
    }
    if (error) {
        on_icmp(error);
    } else if (sender_.address() != server_.address || size == datagram_.size()) {
        counters.add(Counter::upstream_rejected);
    } else {
        take(ByteView(datagram_.data(), size));
    }
    const unsigned request = request_;
    if (!ended_) {
        settle();
    }
    if (!ended_ && request == request_) {  // a new request receives by itself
        receive();
    }
}

// "Port unreachable" from a living host tells at once that no TFTP service is there. Such a report is easily forged, though:
// once the server has answered it means nothing any more.
void TftpFetch::on_icmp(const error_code& error) {
    drain_error_queue(socket_);
    if (!ended_ && !transfer_->server_tid()) {
        end(AttemptEnd::no_answer, error.message());
    }
}

void TftpFetch::take(ByteView datagram) {
    const TimePoint now = Clock::now();
    if (transfer_->state() == tftp::FetchTransfer::State::done && is_second_answer(datagram)) {
        counters.add(Counter::upstream_rejected);
        return end(AttemptEnd::broken, two_answers_text);
    }
    const std::uint64_t before = transfer_->received();
    const ByteView part = transfer_->on_datagram(sender_.port(), datagram, now);
    if (transfer_->found() && !found_said_ && transfer_->state() != tftp::FetchTransfer::State::failed) {
        found_said_ = true;
        sure_at_ = transfer_->server_has_options() ? now : now + doubt;
        progress_.start(now);
        events_.found(transfer_->file_size());
    }
    if (!ended_ && !part.empty()) {
        progress_.add(transfer_->received() - before);
        events_.bytes(part);
    }
    if (!ended_) {
        send_when_due(datagram.size(), now);
    }
}

// Keeps to the cluster's rate: the server waits for the ACK. The last one is never held back.
void TftpFetch::send_when_due(std::uint64_t bytes, TimePoint now) {
    if (settings_.rate) {
        settings_.rate->took(bytes, now);
    }
    const auto held = settings_.held_until(now);
    if (!held || transfer_->state() != tftp::FetchTransfer::State::running) {
        held_until_.reset();
        return send();
    }
    progress_.pause(*held - std::max(now, held_until_.value_or(now)));
    held_until_ = held;
}

// FetchTransfer tells a second answer from the answer to a repeated request while it runs; after the end only a request that
// was sent once leaves no doubt.
bool TftpFetch::is_second_answer(ByteView datagram) const {
    if (requests_sent_ != 1 || sender_.port() == transfer_->server_tid()) {
        return false;
    }
    const auto packet = tftp::parse(datagram);
    return packet && (std::holds_alternative<tftp::Data>(*packet) || std::holds_alternative<tftp::OptionAck>(*packet));
}

void TftpFetch::arm() {
    TimePoint next = held_until_.value_or(transfer_->deadline());
    if (transfer_->state() == tftp::FetchTransfer::State::done) {
        next = sure_at_;
    } else if (found_said_) {
        next = std::min(next, progress_.ends());
    }
    // A deadline that moved later is found when the timer fires: re-arming for every DATA would cost more than the DATA.
    if (next < armed_for_) {
        armed_for_ = next;
        timer_.expires_at(next);
        timer_.async_wait([self = shared_from_this()](const error_code& error) {
            if (!error && !self->ended_) {
                self->armed_for_ = TimePoint::max();
                self->on_timer();
            }
        });
    }
}

void TftpFetch::on_timer() {
    const TimePoint now = Clock::now();
    const bool running = transfer_->state() == tftp::FetchTransfer::State::running;
    if (held_until_ && now < *held_until_) {
        return arm();
    }
    if (held_until_) {
        held_until_.reset();
        send();
        return ended_ ? void() : settle();
    }
    if (running && found_said_ && progress_.crawls(now)) {
        transfer_->cancel();
        send();
        return end(AttemptEnd::stalled, progress_.reason());
    }
    if (running && now >= transfer_->deadline()) {
        transfer_->on_timer(now);
        send();
    }
    if (!ended_) {
        settle();
    }
}

void TftpFetch::settle() {
    switch (transfer_->state()) {
        case tftp::FetchTransfer::State::running:
            return arm();
        case tftp::FetchTransfer::State::done:
            return Clock::now() < sure_at_ ? arm()
                                           : end(AttemptEnd::complete, std::to_string(transfer_->received()) + " bytes");
        case tftp::FetchTransfer::State::failed:
            return settle_failure();
    }
}

void TftpFetch::settle_failure() {
    using End = tftp::FetchTransfer::End;
    switch (transfer_->end()) {
        case End::not_found:
            return end(AttemptEnd::not_found, "has no such file");
        case End::silent:
            return transfer_->server_tid() ? end(AttemptEnd::stalled, "stopped answering")
                                           : end(AttemptEnd::no_answer, "no answer");
        case End::options_refused:
            // A server that is known to have options does not lose them between two requests; somebody else may be answering.
            // What is known is forgotten above, so a server that was really replaced is fetched from by the next request.
            if (with_options_ && !settings_.expect_tftp_options) {
                return begin(false);
            }
            return end(AttemptEnd::broken, "refused the options");
        case End::wrong_length:
            return end(AttemptEnd::broken, "length is not what tsize said");
        case End::too_large:
            return end(AttemptEnd::broken, "larger than " + std::to_string(settings_.max_size) + " bytes");
        case End::two_answers:
            counters.add(Counter::upstream_rejected);
            return end(AttemptEnd::broken, two_answers_text);
        case End::refused:
            return end(AttemptEnd::broken, "answered with an ERROR");
        case End::none:
        case End::completed:
        case End::protocol_error:
        case End::cancelled:
            return end(AttemptEnd::broken, "broke the protocol");
    }
}

void TftpFetch::end(AttemptEnd how, std::string reason) {
    ended_ = true;
    error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    AttemptOutcome outcome{how, std::move(reason), std::nullopt};
    if (transfer_ && transfer_->found()) {
        outcome.tftp_options = transfer_->server_has_options();
    } else if (transfer_ && transfer_->end() == tftp::FetchTransfer::End::options_refused) {
        outcome.tftp_options = false;
    }
    events_.done(std::move(outcome));
}

}  // namespace

std::unique_ptr<Attempt> start_tftp_fetch(asio::io_context& io, const RemoteServer& server, const AttemptSettings& settings,
                                          AttemptEvents events) {
    auto fetch = std::make_shared<TftpFetch>(io, server, settings, std::move(events));
    asio::post(io, [fetch] { fetch->begin(true); });
    return std::make_unique<CancellingAttempt<TftpFetch>>(std::move(fetch));
}

}  // namespace branchline
