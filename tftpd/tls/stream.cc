#include "tftpd/tls/stream.h"

#include "tftpd/tls/session.h"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <optional>

namespace branchline::tls {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t read_size = 4096;  // bytes from the socket at a time

error_code tls_failed() {
    return make_error_code(boost::system::errc::protocol_error);
}

}  // namespace

struct Stream::Core : std::enable_shared_from_this<Core> {
    explicit Core(asio::ip::tcp::socket socket) : tcp(std::move(socket)) {}

    using Flushed = std::function<void(const error_code&)>;

    void shake(std::function<void(const error_code&)> done);
    void read(asio::mutable_buffer into, Handler handler);
    void flush(Flushed then);
    void send(const std::shared_ptr<Flushed>& then);
    void receive(std::function<void(const error_code&)> then);

    beast::tcp_stream tcp;
    std::optional<Session> session;
    Bytes input;   // of the session, until it has used it up
    Bytes output;  // on its way
    bool receiving = false;
    bool sending = false;
    error_code send_error;
    std::weak_ptr<Flushed> flushed;  // who waits for what is on its way; none if that is nobody
};

// More from the socket for the session.
void Stream::Core::receive(std::function<void(const error_code&)> then) {
    receiving = true;
    input.resize(read_size);
    tcp.async_read_some(asio::buffer(input),
                        [self = shared_from_this(), then = std::move(then)](const error_code& error, std::size_t count) {
                            self->receiving = false;
                            self->session->put(ByteView(self->input).first(count));
                            then(error);
                        });
}

// Sends what the session has to say. `then` is called once all of it is on its way; none if nobody waits for it.
void Stream::Core::flush(Flushed then) {
    if (!sending) {
        return send(std::make_shared<Flushed>(std::move(then)));
    }
    if (const auto waiting = flushed.lock(); waiting && then) {
        *waiting = std::move(then);
    }
}

// Whoever waits holds, as a rule, what holds this stream. So what is on its way holds him, and not this: with that he goes,
// even if it never arrives.
void Stream::Core::send(const std::shared_ptr<Flushed>& then) {
    if (send_error || !session->has_output()) {
        if (*then) {
            std::exchange(*then, nullptr)(send_error);
        }
        return;
    }
    sending = true;
    flushed = then;
    output = session->take();
    asio::async_write(tcp, asio::buffer(output), [self = shared_from_this(), then](const error_code& error, std::size_t) {
        self->sending = false;
        self->output.clear();
        self->send_error = error;
        self->send(then);
    });
}

void Stream::Core::shake(std::function<void(const error_code&)> done) {
    const auto step = session->handshake();
    if (step == Session::Step::wants_input) {
        flush(nullptr);
        return receive([self = shared_from_this(), done = std::move(done)](const error_code& error) {
            error ? done(error) : self->shake(done);
        });
    }
    // The last of the handshake, or the alert that says what was wrong with it.
    flush([done = std::move(done), failed = step != Session::Step::done](const error_code& error) {
        done(failed ? tls_failed() : error);
    });
}

void Stream::Core::read(asio::mutable_buffer into, Handler handler) {
    const auto [step, count] = session->read(ByteSpan(static_cast<std::uint8_t*>(into.data()), into.size()));
    flush(nullptr);  // reading may have to answer
    if (step != Session::Step::wants_input) {
        const auto error = step == Session::Step::done    ? error_code()
                           : step == Session::Step::ended ? error_code(asio::error::eof)
                                                          : tls_failed();
        asio::post(tcp.get_executor(),
                   [handler = std::move(handler), error, bytes = count]() mutable { std::move(handler)(error, bytes); });
        return;
    }
    // std::function wants what can be copied, which a handler cannot.
    const auto waiting = std::make_shared<Handler>(std::move(handler));
    receive([self = shared_from_this(), into, waiting](const error_code& error) {
        error ? std::move (*waiting)(error, 0) : self->read(into, std::move(*waiting));
    });
}

Stream::Stream(asio::ip::tcp::socket socket, ContextPtr context) : core_(std::make_shared<Core>(std::move(socket))) {
    if (context) {
        core_->session.emplace(std::move(context));
    }
}

Stream::executor_type Stream::get_executor() {
    return core_->tcp.get_executor();
}

beast::tcp_stream& Stream::tcp() {
    return core_->tcp;
}

bool Stream::is_tls() const {
    return core_->session.has_value();
}

// Beast takes no deadline while it reads and writes; TLS may be doing both although its user waits for one.
void Stream::expires_after(Duration duration) {
    if (!core_->receiving || !core_->sending) {
        core_->tcp.expires_after(duration);
    }
}

void Stream::expires_never() {
    if (!core_->receiving || !core_->sending) {
        core_->tcp.expires_never();
    }
}

void Stream::close() {
    core_->tcp.close();
    if (const auto waiting = core_->flushed.lock(); waiting && *waiting) {
        asio::post(core_->tcp.get_executor(),
                   [then = std::exchange(*waiting, nullptr)] { then(asio::error::operation_aborted); });
    }
}

void Stream::async_handshake(std::function<void(const error_code&)> done) {
    asio::post(core_->tcp.get_executor(), [core = core_, done = std::move(done)]() mutable { core->shake(std::move(done)); });
}

std::string Stream::fault() const {
    return core_->session ? core_->session->fault() : std::string();
}

Bytes Stream::peer_certificate() const {
    return core_->session ? core_->session->peer_certificate() : Bytes();
}

void Stream::end_sending(std::function<void()> then) {
    const auto finish = [core = core_, then = std::move(then)](const error_code&) {
        error_code ignored;
        core->tcp.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        then();
    };
    if (!core_->session) {
        return finish({});
    }
    core_->session->end();
    core_->flush(finish);
}

void Stream::read(asio::mutable_buffer into, Handler handler) {
    core_->read(into, std::move(handler));
}

// A fault shows when it is flushed.
std::size_t Stream::encipher(asio::const_buffer plain, std::size_t limit) {
    const auto size = std::min(plain.size(), limit);
    static_cast<void>(core_->session->write(ByteView(static_cast<const std::uint8_t*>(plain.data()), size)));
    return size;
}

void Stream::flush(std::size_t bytes, Handler handler) {
    const auto waiting = std::make_shared<Handler>(std::move(handler));
    asio::post(core_->tcp.get_executor(), [core = core_, bytes, waiting] {
        core->flush([core, bytes, waiting](const error_code& error) {
            const auto failed = error || !core->session->fault().empty();
            std::move (*waiting)(error ? error : failed ? tls_failed() : error_code(), failed ? 0 : bytes);
        });
    });
}

}  // namespace branchline::tls
