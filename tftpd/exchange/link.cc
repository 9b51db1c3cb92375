#include "tftpd/exchange/link.h"

#include "tftpd/tls/stream.h"

#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>

#include <optional>
#include <utility>

namespace branchline::exchange {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class TlsLink final : public Link, public std::enable_shared_from_this<TlsLink> {
public:
    TlsLink(asio::ip::tcp::socket socket, tls::ContextPtr context) : timer_(socket.get_executor()) {
        error_code unknown;
        other_ = socket.remote_endpoint(unknown).address();
        stream_.emplace(std::move(socket), std::move(context));
    }

    void start(Events events) override {
        events_ = std::move(events);
        stream_->expires_after(handshake_limit);
        stream_->async_handshake([self = shared_from_this()](const error_code& error) { self->shaken(error); });
    }

    void send(Bytes bytes) override {
        waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
        write();
    }

    void finish() override {
        events_ = {};
        finishing_ = true;
        timer_.expires_after(linger_limit);
        timer_.async_wait([self = shared_from_this()](const error_code& error) {
            if (!error) {
                self->close();
            }
        });
        write();
    }

    void close() override {
        events_ = {};
        closed_ = true;
        timer_.cancel();
        stream_->close();
    }

    [[nodiscard]] const asio::ip::address& other() const override { return other_; }

private:
    void shaken(const error_code& error) {
        if (closed_) {
            return;
        }
        if (error) {
            return end(error == boost::beast::error::timeout ? "it took too long for the handshake" : fault(error));
        }
        stream_->expires_never();
        const auto certificate = stream_->peer_certificate();
        if (certificate.empty()) {
            return end("it showed no certificate");
        }
        read_head();
        tell(events_.shown, certificate);
    }

    void read_head() {
        read(head_size, [](TlsLink& self) {
            const auto head = parse_head(self.bytes_);
            head ? self.read_elements(*head) : self.end(head.error().text);
        });
    }

    void read_elements(const Head& head) {
        read(head.length, [head](TlsLink& self) {
            auto message = parse_message(head, self.bytes_);
            if (!message) {
                return self.end(message.error().text);
            }
            tell(self.events_.heard, *std::move(message));
            if (!self.closed_) {
                self.read_head();
            }
        });
    }

    template <typename Then>
    void read(std::size_t size, Then then) {
        bytes_.resize(size);
        if (size == 0) {
            return then(*this);  // TLS would wait for more to come
        }
        asio::async_read(*stream_, asio::buffer(bytes_),
                         [self = shared_from_this(), then](const error_code& error, std::size_t) {
                             if (self->closed_) {
                                 return;
                             }
                             error ? self->end(self->fault(error)) : then(*self);
                         });
    }

    void write() {
        if (writing_ || closed_) {
            return;
        }
        if (waiting_.empty()) {
            if (std::exchange(finishing_, false)) {
                stream_->end_sending([] {});
            }
            return;
        }
        writing_ = true;
        sending_ = std::exchange(waiting_, {});
        asio::async_write(*stream_, asio::buffer(sending_), [self = shared_from_this()](const error_code& error, std::size_t) {
            self->writing_ = false;
            if (error && !self->closed_) {
                return self->end(self->fault(error));
            }
            self->write();
        });
    }

    [[nodiscard]] std::string fault(const error_code& error) const {
        const auto of_tls = stream_->fault();
        return !of_tls.empty() ? of_tls : error == asio::error::eof ? "it hung up" : error.message();
    }

    void end(const std::string& why) {
        const auto ended = std::exchange(events_, {}).ended;
        close();
        if (ended) {
            ended(why);
        }
    }

    // A copy: whoever is told may close us, which lets go of it.
    template <typename Event, typename... Args>
    static void tell(Event event, Args&&... what) {
        if (event) {
            event(std::forward<Args>(what)...);
        }
    }

    asio::ip::address other_;
    std::optional<tls::Stream> stream_;
    asio::steady_timer timer_;
    Events events_{};
    Bytes bytes_{};    // being read
    Bytes sending_{};  // on its way
    Bytes waiting_{};  // after it
    bool writing_ = false;
    bool finishing_ = false;
    bool closed_ = false;
};

}  // namespace

std::shared_ptr<Link> make_link(asio::ip::tcp::socket socket, tls::ContextPtr context) {
    return std::make_shared<TlsLink>(std::move(socket), std::move(context));
}

}  // namespace branchline::exchange
