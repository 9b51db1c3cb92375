#include "tftpd/upstream/http_fetch.h"

#include "tftpd/upstream/http_answer.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace branchline {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds busy_pause{500};  // before 503 is asked again; phones wait 0.6 s
constexpr unsigned max_busy_answers = 4;              // the first and three more
constexpr std::size_t buffer_size = 64 * 1024;        // bytes read at once
constexpr std::size_t least_receive_buffer = 8 * 1024;
constexpr std::size_t least_read = 1024;
constexpr std::chrono::milliseconds rate_step{100};  // under a rate limit, what arrives in so long is read at once

class HttpFetch final : public std::enable_shared_from_this<HttpFetch> {
public:
    HttpFetch(asio::io_context& io, const RemoteServer& server, const AttemptSettings& settings, AttemptEvents events)
        : server_(server),
          settings_(settings),
          events_(std::move(events)),
          socket_(io),
          timer_(io),
          brake_(io),
          request_(http_request(settings.name, host_and_port(server.address, server.http_port))),
          progress_(settings.stall_window) {}

    void connect();
    void cancel();

private:
    enum class Phase { connecting, head, body, pause };

    void on_connected(const error_code& error);
    void read();
    void read_when_due();
    void on_read(const error_code& error, std::size_t size);
    void judge();
    void pause();
    void wait(TimePoint until);
    void on_timer();
    void close();
    void end(AttemptEnd how, std::string reason);

    /// A handler that runs only while the attempt does, and only for the connection it was made for.
    template <typename Action>
    auto guarded(Action action) {
        return [self = shared_from_this(), connection = connection_, action](const error_code& error, auto... rest) {
            if (!self->ended_ && connection == self->connection_ && error != asio::error::operation_aborted) {
                action(*self, error, rest...);
            }
        };
    }

    RemoteServer server_;
    AttemptSettings settings_;
    AttemptEvents events_;
    tcp::socket socket_;
    asio::steady_timer timer_;
    asio::steady_timer brake_;  // until the cluster's rate lets us read on
    std::string request_;
    std::unique_ptr<HttpAnswer> answer_;
    std::unique_ptr<std::array<std::uint8_t, buffer_size>> buffer_;
    std::size_t held_ = 0;  // bytes in the buffer that the answer has not taken yet
    Phase phase_ = Phase::connecting;
    Progress progress_;
    TimePoint answer_by_{};  // when a server that said nothing is given up
    unsigned connection_ = 0;
    unsigned busy_answers_ = 0;
    bool connected_said_ = false;
    bool ended_ = false;
};

void HttpFetch::connect() {
    if (ended_) {
        return;
    }
    ++connection_;
    phase_ = Phase::connecting;
    held_ = 0;
    error_code error;
    const tcp::endpoint to(server_.address, server_.http_port);
    socket_.open(to.protocol(), error);
    if (error) {
        return end(AttemptEnd::no_answer, "no socket: " + error.message());
    }
    if (settings_.rate && settings_.waits_for_rate) {
        // Or the kernel would take in at full speed what we do not read.
        const auto room = std::max<std::size_t>(least_receive_buffer, settings_.rate->bytes_in(std::chrono::milliseconds(250)));
        socket_.set_option(asio::socket_base::receive_buffer_size(static_cast<int>(std::min(room, buffer_size))), error);
    }
    if (busy_answers_ == 0) {
        answer_by_ = Clock::now() + settings_.patience;
    }
    wait(busy_answers_ == 0 ? answer_by_ : Clock::now() + settings_.patience);
    socket_.async_connect(to, guarded([](HttpFetch& self, const error_code& failed) { self.on_connected(failed); }));
}

void HttpFetch::on_connected(const error_code& error) {
    if (error) {
        return end(AttemptEnd::no_answer, error.message());
    }
    if (!connected_said_) {
        connected_said_ = true;
        events_.connected();
        if (ended_) {
            return;
        }
    }
    // The parts come while the attempt lives only: this object holds the answer and outlives it.
    answer_ = std::make_unique<HttpAnswer>(settings_.max_size, HttpAnswer::Events{[this](std::optional<std::uint64_t> size) {
                                                                                      phase_ = Phase::body;
                                                                                      if (!ended_) {
                                                                                          events_.found(size);
                                                                                      }
                                                                                  },
                                                                                  [this](ByteView part) {
                                                                                      if (!ended_) {
                                                                                          progress_.add(part.size());
                                                                                          events_.bytes(part);
                                                                                      }
                                                                                  }});
    phase_ = Phase::head;
    // A connection is no answer: the patience goes on.
    wait(busy_answers_ == 0 ? answer_by_ : Clock::now() + settings_.stall_window);
    asio::async_write(socket_, asio::buffer(request_), guarded([](HttpFetch& self, const error_code& failed, std::size_t) {
                          if (failed) {
                              self.end(AttemptEnd::broken, failed.message());
                          } else {
                              self.read();
                          }
                      }));
}

void HttpFetch::read() {
    if (!buffer_) {
        buffer_ = std::make_unique<std::array<std::uint8_t, buffer_size>>();
    }
    auto room = buffer_->size() - held_;
    if (settings_.rate && settings_.waits_for_rate) {
        room = std::min(room, std::max<std::size_t>(least_read, settings_.rate->bytes_in(rate_step)));
    }
    socket_.async_read_some(
        asio::buffer(buffer_->data() + held_, room),
        guarded([](HttpFetch& self, const error_code& error, std::size_t size) { self.on_read(error, size); }));
}

void HttpFetch::on_read(const error_code& error, std::size_t size) {
    if (error && error != asio::error::eof) {
        return end(AttemptEnd::broken, error.message());
    }
    const Phase before = phase_;
    if (error) {
        answer_->take_end();
    } else {
        const ByteView arrived(buffer_->data(), held_ + size);
        const std::size_t taken = answer_->take(arrived);
        if (ended_) {
            return;
        }
        held_ = arrived.size() - taken;
        if (settings_.rate) {
            settings_.rate->took(size, Clock::now());
        }
        std::copy(arrived.begin() + static_cast<std::ptrdiff_t>(taken), arrived.end(), buffer_->begin());
    }
    if (answer_->verdict() != HttpAnswer::Verdict::more) {
        return judge();
    }
    if (held_ == buffer_->size()) {
        return end(AttemptEnd::broken, "malformed response: a line of 64 KiB");
    }
    if (before == Phase::head && phase_ == Phase::body) {
        progress_.start(Clock::now());
        wait(progress_.ends());
    }
    read_when_due();
}

// Keeps to the cluster's rate: what is not read makes the server wait.
void HttpFetch::read_when_due() {
    const TimePoint now = Clock::now();
    const auto held = settings_.held_until(now);
    if (!held) {
        return read();
    }
    progress_.pause(*held - now);
    brake_.expires_at(*held);
    brake_.async_wait(guarded([](HttpFetch& self, const error_code&) { self.read(); }));
}

void HttpFetch::judge() {
    switch (answer_->verdict()) {
        case HttpAnswer::Verdict::complete:
            // We asked for one file and for the connection's end: what is there behind the file belongs to it, and its
            // length was a lie.
            if (error_code ignored; socket_.available(ignored) > 0) {
                return end(AttemptEnd::broken, "more bytes than announced");
            }
            return end(AttemptEnd::complete, answer_->reason());
        case HttpAnswer::Verdict::not_found:
            return end(AttemptEnd::not_found, answer_->reason());
        case HttpAnswer::Verdict::busy:
            return ++busy_answers_ < max_busy_answers ? pause() : end(AttemptEnd::broken, answer_->reason());
        case HttpAnswer::Verdict::more:
        case HttpAnswer::Verdict::broken:
            return end(AttemptEnd::broken, answer_->reason());
    }
}

void HttpFetch::pause() {
    close();
    phase_ = Phase::pause;
    wait(Clock::now() + busy_pause);
}

void HttpFetch::wait(TimePoint until) {
    timer_.expires_at(until);
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
        // A wait that was replaced may already be on its way here when it is: the time says so.
        if (!error && !self->ended_ && Clock::now() >= self->timer_.expiry()) {
            self->on_timer();
        }
    });
}

void HttpFetch::on_timer() {
    switch (phase_) {
        case Phase::connecting:
            return end(busy_answers_ == 0 ? AttemptEnd::no_answer : AttemptEnd::stalled, "no connection");
        case Phase::head:
            return end(busy_answers_ == 0 ? AttemptEnd::no_answer : AttemptEnd::stalled, "connected, but no response");
        case Phase::body:
            if (progress_.crawls(Clock::now())) {
                return end(AttemptEnd::stalled, progress_.reason());
            }
            return wait(progress_.ends());
        case Phase::pause:
            return connect();
    }
}

void HttpFetch::close() {
    error_code ignored;
    socket_.close(ignored);
}

void HttpFetch::cancel() {
    ended_ = true;
    close();
    timer_.cancel();
    brake_.cancel();
}

void HttpFetch::end(AttemptEnd how, std::string reason) {
    cancel();
    events_.done(AttemptOutcome{how, std::move(reason), std::nullopt});
}

}  // namespace

std::unique_ptr<Attempt> start_http_fetch(asio::io_context& io, const RemoteServer& server, const AttemptSettings& settings,
                                          AttemptEvents events) {
    auto fetch = std::make_shared<HttpFetch>(io, server, settings, std::move(events));
    asio::post(io, [fetch] { fetch->connect(); });
    return std::make_unique<CancellingAttempt<HttpFetch>>(std::move(fetch));
}

}  // namespace branchline
