#include "tftpd/http/admin_connection.h"

#include "tftpd/base/letters.h"
#include "tftpd/tls/stream.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <optional>
#include <utility>

namespace branchline {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr char tls_handshake_record = 22;  // ContentType handshake, RFC 8446 5.1

class SocketConnection final : public AdminConnection, public std::enable_shared_from_this<SocketConnection> {
public:
    SocketConnection(asio::ip::tcp::socket socket, tls::ServerContextPtr context, const AdminPages& pages,
                     const AdminSite& site, std::function<void(const AdminConnection&)> ended)
        : socket_(std::move(socket)),
          context_(std::move(context)),
          overdue_(socket_.get_executor()),
          pages_(pages),
          site_(site),
          ended_(std::move(ended)) {
        error_code unknown;
        from_ = socket_.remote_endpoint(unknown).address();
    }

    void start() override {
        if (!context_) {
            return begin(false);
        }
        overdue_.expires_after(patience);
        overdue_.async_wait([self = shared_from_this()](const error_code& error) {
            if (!error) {
                self->end();
            }
        });
        socket_.async_receive(asio::buffer(unread_, 1), asio::ip::tcp::socket::message_peek,
                              [self = shared_from_this()](const error_code& error, std::size_t) {
                                  self->overdue_.cancel();
                                  error ? self->end() : self->begin(self->unread_[0] == tls_handshake_record);
                              });
    }

    void close() override {
        if (feed_) {
            feed_->close();
        }
        overdue_.cancel();
        error_code ignored;
        socket().close(ignored);
    }

private:
    void begin(bool with_tls) {
        stream_.emplace(std::move(socket_), with_tls ? context_ : nullptr);
        if (!with_tls) {
            return read_request();
        }
        stream_->expires_after(patience);
        stream_->async_handshake(
            [self = shared_from_this()](const error_code& error) { error ? self->end() : self->read_request(); });
    }

    asio::ip::tcp::socket& socket() { return stream_ ? stream_->socket() : socket_; }

    void read_request() {
        parser_.emplace();
        parser_->header_limit(max_head);
        parser_->body_limit(max_body);
        stream_->expires_after(patience);
        http::async_read(*stream_, buffer_, *parser_, [self = shared_from_this()](const error_code& error, std::size_t) {
            if (error == http::error::body_limit || error == http::error::header_limit) {
                return self->refuse(413, "a request has a head of at most 8 KiB and a body of at most 512 KiB");
            }
            if (error) {
                return self->end();
            }
            self->answer();
        });
    }

    AdminRequest request() {
        auto& message = parser_->get();
        AdminRequest asked{std::string(message.method_string()), std::string(message.target())};
        const auto query = asked.path.find('?');
        if (query != std::string::npos) {
            asked.query = asked.path.substr(query + 1);
            asked.path.resize(query);
        }
        for (const auto& field : message) {
            asked.headers.emplace(to_lower(field.name_string()), field.value());
        }
        asked.body = std::move(message.body());
        asked.from = from_;
        asked.tls = stream_->is_tls();
        asked.tls_there = context_ != nullptr;
        return asked;
    }

    void answer() {
        keep_alive_ = parser_->get().keep_alive();
        const auto asked = request();
        head_only_ = asked.method == "HEAD";
        const auto number = ++requests_;
        // Whoever answers later may outlive the connection, and must not keep it.
        const AdminReply reply = [weak = weak_from_this(), number](AdminAnswer given) {
            if (const auto self = weak.lock()) {
                asio::post(self->stream_->get_executor(), [weak, number, answer_given = std::move(given)]() mutable {
                    if (const auto alive = weak.lock()) {
                        alive->reply(number, std::move(answer_given));
                    }
                });
            }
        };
        if (!site_ || !site_(asked, reply)) {
            return send(answer_admin(pages_, asked));
        }
        overdue_.expires_after(site_patience);
        overdue_.async_wait([self = shared_from_this(), number](const error_code& error) {
            if (!error) {
                self->reply(number, {504, "text/plain; charset=utf-8", "The daemon's main thread does not answer.\n"});
            }
        });
    }

    // The first reply to the request under way counts.
    void reply(unsigned number, AdminAnswer given) {
        if (number != requests_ || replied_ == number) {
            return;
        }
        replied_ = number;
        overdue_.cancel();
        if (given.feed) {
            return send_feed(std::move(given));
        }
        send(std::move(given));
    }

    void refuse(unsigned status, const std::string& reason) {
        keep_alive_ = false;
        head_only_ = false;
        send({status, "text/plain; charset=utf-8", reason + '\n'});
    }

    void send(AdminAnswer answer) {
        response_.emplace(http::int_to_status(answer.status), 11);
        response_->set(http::field::content_type, answer.content_type);
        response_->set(http::field::cache_control, "no-store");
        response_->set("X-Content-Type-Options", "nosniff");
        for (const auto& [name, value] : answer.headers) {
            response_->set(name, value);
        }
        response_->keep_alive(keep_alive_);
        response_->content_length(answer.body.size());
        if (!head_only_) {
            response_->body() = std::move(answer.body);
        }
        stream_->expires_after(patience);
        http::async_write(*stream_, *response_, [self = shared_from_this()](const error_code& error, std::size_t) {
            if (error || !self->keep_alive_) {
                return self->end();
            }
            self->read_request();
        });
    }

    // The head, then what is fed, until the end of the connection.
    void send_feed(AdminAnswer answer) {
        feed_ = std::move(answer.feed);
        sending_ = "HTTP/1.1 200 OK\r\nContent-Type: " + answer.content_type +
                   "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";
        write_some();
        feed_->listen([weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                asio::post(self->stream_->get_executor(), [weak] {
                    if (const auto alive = weak.lock()) {
                        alive->feed_more();
                    }
                });
            }
        });
        notice_end();
    }

    void write_some() {
        stream_->expires_after(patience);
        asio::async_write(*stream_, asio::buffer(sending_), [self = shared_from_this()](const error_code& error, std::size_t) {
            self->sending_.clear();
            if (error) {
                return self->end();
            }
            self->feed_more();
        });
    }

    void feed_more() {
        if (!sending_.empty()) {
            return;
        }
        if (auto more = feed_->take()) {
            sending_ = std::move(*more);
            return write_some();
        }
        stream_->expires_never();
        if (feed_->closed()) {
            end();
        }
    }

    // A client that listens says nothing; what comes is the end, enciphered or not.
    void notice_end() {
        stream_->socket().async_read_some(asio::buffer(unread_),
                                          [self = shared_from_this()](const error_code& error, std::size_t) {
                                              if (error) {
                                                  return self->end();
                                              }
                                              self->notice_end();
                                          });
    }

    void end() {
        if (feed_) {
            feed_->close();
        }
        overdue_.cancel();
        error_code ignored;
        if (feed_ || !stream_) {
            socket().close(ignored);
        } else {
            stream_->end_sending([self = shared_from_this()] {});
        }
        if (ended_) {
            std::exchange(ended_, nullptr)(*this);
        }
    }

    asio::ip::tcp::socket socket_;  // until it is known how the other side speaks
    const tls::ServerContextPtr context_;
    std::optional<tls::Stream> stream_{};
    asio::ip::address from_{};
    asio::steady_timer overdue_;
    const AdminPages& pages_;
    const AdminSite& site_;
    std::function<void(const AdminConnection&)> ended_;
    beast::flat_buffer buffer_{2 * max_head + max_body};
    std::optional<http::request_parser<http::string_body>> parser_{};
    std::optional<http::response<http::string_body>> response_{};
    bool keep_alive_ = false;
    bool head_only_ = false;
    unsigned requests_ = 0;
    unsigned replied_ = 0;
    std::shared_ptr<AdminFeed> feed_{};
    std::string sending_{};
    std::array<char, 512> unread_{};
};

}  // namespace

std::shared_ptr<AdminConnection> make_admin_connection(asio::ip::tcp::socket socket, tls::ServerContextPtr context,
                                                       const AdminPages& pages, const AdminSite& site,
                                                       std::function<void(const AdminConnection&)> ended) {
    return std::make_shared<SocketConnection>(std::move(socket), std::move(context), pages, site, std::move(ended));
}

}  // namespace branchline
