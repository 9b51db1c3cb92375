#include "tftpd/http/connection.h"

#include "tftpd/base/counters.h"
#include "tftpd/http/content_pieces.h"
#include "tftpd/http/hang_up.h"
#include "tftpd/http/request_fault.h"
#include "tftpd/http/request_record.h"
#include "tftpd/http/request_target.h"
#include "tftpd/http/response_head.h"
#include "tftpd/resolve/signed_names.h"
#include "tftpd/tls/stream.h"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace branchline {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr std::string_view proxy_mark = "X-Branchline";  // what our own fetches carry: the loop rule applies to such a request
constexpr std::size_t max_lingering_bytes = 256 * 1024;  // read and thrown away after our last answer

class Connection final : public HttpConnection, public std::enable_shared_from_this<Connection> {
public:
    Connection(asio::ip::tcp::socket socket, ConnectionHost& host, tls::ServerContextPtr context, IpAddress phone)
        : host_(host),
          stream_(std::move(socket), std::move(context)),
          phone_(phone),
          record_(host, std::move(phone), stream_.is_tls()) {}

    void start() override { stream_.is_tls() ? shake_hands() : read_request(); }
    void finish() override;
    void close() override;
    [[nodiscard]] const IpAddress& phone() const override { return phone_; }

private:
    enum class Phase { shaking_hands, reading, asking, sending, lingering, ended };

    void shake_hands();
    void read_request();
    void on_request(const error_code& error, std::size_t head_bytes);
    void on_answer(Answer answer);
    void watch();
    void refuse(unsigned status, const std::string& reason);
    void refuse_file(const Answer& answer);
    void answer_without_body(unsigned status, const std::string& reason, std::optional<std::uint64_t> length = 0);
    void send_next();
    void send(std::string_view before, ByteView piece, std::string_view after, bool last);
    void on_sent(const error_code& error, std::size_t piece_bytes, bool last);
    void body_sent();
    void after_answer();
    void linger();
    void fail(const std::string& reason);
    void reset_on_close(bool wanted);
    void end();

    [[nodiscard]] std::string file_meant(const std::string& name) const;
    [[nodiscard]] bool keeps_alive() const;

    ConnectionHost& host_;
    tls::Stream stream_;
    IpAddress phone_;
    RequestRecord record_;
    beast::flat_buffer buffer_{2 * max_request_head};  // pipelined requests wait in it
    std::optional<http::request_parser<http::empty_body>> parser_{};
    Phase phase_ = Phase::reading;
    bool finish_ = false;
    bool must_close_ = false;
    bool resets_ = false;
    bool watched_ = false;  // for hanging up
    bool waiting_ = false;  // for an answer, or for more of a file that is still being fetched
    unsigned requests_ = 0;
    std::size_t lingered_ = 0;

    // The answer under way.
    std::optional<ContentPieces> pieces_{};
    bool head_sent_ = false;
    bool chunked_ = false;
    std::string before_{};  // head or chunk size that is being sent
};

void Connection::finish() {
    finish_ = true;
    if (phase_ == Phase::shaking_hands || phase_ == Phase::reading || phase_ == Phase::lingering) {
        close();
    }
}

// What is waiting for the socket ends by itself with an error; what waits for an answer has to be ended here.
void Connection::close() {
    const auto self = shared_from_this();
    end();
}

void Connection::shake_hands() {
    phase_ = Phase::shaking_hands;
    stream_.expires_after(host_.times.handshake);
    stream_.async_handshake([self = shared_from_this()](const error_code& error) {
        if (self->phase_ == Phase::ended) {
            return;
        }
        if (!error) {
            counters.add(Counter::tls_handshakes);
            return self->read_request();
        }
        if (error == beast::error::timeout) {
            self->record_.no_handshake("it took too long");
        } else if (const auto fault = self->stream_.fault(); !fault.empty()) {
            self->record_.no_handshake(fault);
        }
        self->end();
    });
}

void Connection::read_request() {
    phase_ = Phase::reading;
    must_close_ = false;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(max_request_head));
    stream_.expires_after(host_.times.header);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](const error_code& error, std::size_t bytes) { self->on_request(error, bytes); });
}

void Connection::on_request(const error_code& error, std::size_t head_bytes) {
    if (phase_ == Phase::ended) {
        return;
    }
    record_.begin();
    stream_.expires_never();
    if (error || head_bytes > max_request_head) {
        const auto fault = fault_of_head(error, head_bytes > max_request_head);
        return fault ? refuse(fault->status, fault->reason) : end();
    }

    ++requests_;
    const auto& request = parser_->get();
    if (const auto fault = fault_of(request, parser_->chunked() || parser_->content_length().value_or(0) != 0)) {
        return refuse(fault->status, fault->reason);
    }
    const auto name = name_from_target(std::string_view(request.target().data(), request.target().size()));
    if (!name) {
        return refuse(400, name.error().text);
    }

    phase_ = Phase::asking;
    record_.for_file(escaped(std::string_view(*name).substr(1)));
    head_sent_ = false;
    const Question question{file_meant(*name), phone_,
                            request.count(beast::string_view(proxy_mark.data(), proxy_mark.size())) != 0};
    host_.ask(question, [box = host_.post_box, weak = weak_from_this()](Answer answer) {
        box->post([weak, answer = std::move(answer)]() mutable {
            if (const auto self = weak.lock()) {
                self->on_answer(std::move(answer));
            }
        });
    });
    watch();
}

std::string Connection::file_meant(const std::string& name) const {
    const auto asked = stream_.is_tls() ? FileName::parse(name) : Result<FileName>(Failure{});
    const auto plain = asked ? plain_name(*asked) : std::nullopt;
    return plain ? plain->text() : name;
}

// While we wait nothing is read or written that would tell of the phone's going.
void Connection::watch() {
    waiting_ = true;
    if (!std::exchange(watched_, true)) {
        when_hung_up(stream_.socket(), [self = shared_from_this()](bool hung_up) {
            self->watched_ = false;
            if (hung_up && self->waiting_ && self->phase_ != Phase::ended) {
                self->fail("the phone hung up");
            }
        });
    }
}

void Connection::on_answer(Answer answer) {
    if (phase_ != Phase::asking) {
        return;
    }
    phase_ = Phase::sending;
    waiting_ = false;
    record_.answered_from(answer.source);
    switch (answer.kind) {
        case Answer::Kind::not_found:
            return answer_without_body(404, answer.reason);
        case Answer::Kind::refused:
            return refuse_file(answer);
        case Answer::Kind::unavailable:
            return answer_without_body(503, answer.reason);
        case Answer::Kind::content:
            break;
    }
    if (parser_->get().method() == http::verb::head) {
        return answer_without_body(200, "", answer.content->size());
    }
    const auto crowded = host_.open_connections() > connections_with_large_pieces;
    pieces_.emplace(std::move(answer.content), crowded ? small_piece : large_piece);
    send_next();
}

// What is not a request for a file at all: answered, and the connection ends, because nobody knows where the next begins.
void Connection::refuse(unsigned status, const std::string& reason) {
    record_.bad(status, reason);
    phase_ = Phase::sending;
    must_close_ = true;
    before_ = format({.status = status, .length = 0, .close = true});
    send(before_, {}, {}, true);
}

// With the words that a phone gets by TFTP, if there are any for it.
void Connection::refuse_file(const Answer& answer) {
    const auto words = answer.to_phone.empty() ? std::string() : answer.to_phone + '\n';
    record_.done(403, 0, answer.reason);
    before_ = format({.status = 403, .length = words.size(), .close = !keeps_alive()});
    before_ += parser_->get().method() == http::verb::head ? std::string() : words;
    send(before_, {}, {}, true);
}

void Connection::answer_without_body(unsigned status, const std::string& reason, std::optional<std::uint64_t> length) {
    record_.done(status, 0, reason);
    before_ = format({.status = status, .length = length, .close = !keeps_alive()});
    send(before_, {}, {}, true);
}

void Connection::send_next() {
    if (phase_ != Phase::sending) {
        return;
    }
    const auto step = pieces_->next();
    waiting_ = false;
    if (step == ContentPieces::Step::wait) {
        watch();
        pieces_->content().when_more([box = host_.post_box, weak = weak_from_this()] {
            box->post([weak] {
                if (const auto self = weak.lock()) {
                    self->send_next();
                }
            });
        });
        return;
    }
    if (step == ContentPieces::Step::failed) {
        if (head_sent_) {
            return fail("the content could not be completed");
        }
        pieces_.reset();
        return answer_without_body(503, "the content could not be completed");
    }

    before_.clear();
    if (!head_sent_) {
        head_sent_ = true;
        chunked_ = !pieces_->size() && parser_->get().version() >= 11;
        must_close_ = !pieces_->size() && !chunked_;  // without a length the end of the connection is the end of the file
        reset_on_close(!pieces_->size() || pieces_->piece().size() < *pieces_->size());
        before_ = format({.status = 200, .length = pieces_->size(), .chunked = chunked_, .close = !keeps_alive()});
    }
    if (step == ContentPieces::Step::end) {
        if (chunked_) {
            before_ += last_chunk;
        }
        if (before_.empty()) {
            return body_sent();
        }
        return send(before_, {}, {}, true);
    }
    if (chunked_) {
        before_ += chunk_begin(pieces_->piece().size());
    }
    send(before_, pieces_->piece(), chunked_ ? chunk_end : "", false);
}

void Connection::send(std::string_view before, ByteView piece, std::string_view after, bool last) {
    const std::array<asio::const_buffer, 3> buffers{asio::buffer(before), asio::buffer(piece.data(), piece.size()),
                                                    asio::buffer(after)};
    stream_.expires_after(host_.times.piece);
    asio::async_write(stream_, buffers,
                      [self = shared_from_this(), size = piece.size(), last](const error_code& error, std::size_t) {
                          self->on_sent(error, size, last);
                      });
}

void Connection::on_sent(const error_code& error, std::size_t piece_bytes, bool last) {
    if (phase_ == Phase::ended) {
        return;
    }
    stream_.expires_never();
    if (error) {
        if (pieces_) {
            return fail(error == beast::error::timeout ? "the phone took too long" : error.message());
        }
        return end();
    }
    counters.add(Counter::http_bytes, piece_bytes);
    if (!last) {
        return send_next();
    }
    if (pieces_) {
        return body_sent();
    }
    after_answer();
}

void Connection::body_sent() {
    record_.carries(pieces_->content());
    record_.done(200, pieces_->given(), "");
    pieces_.reset();
    reset_on_close(false);
    after_answer();
}

void Connection::after_answer() {
    if (keeps_alive()) {
        return read_request();
    }
    // The peer's data that we have not read would turn our close into a reset, which can overtake the answer: let it close
    // first.
    phase_ = Phase::lingering;
    stream_.expires_after(host_.times.linger);
    buffer_.clear();
    stream_.end_sending([self = shared_from_this()] { self->linger(); });
}

void Connection::linger() {
    if (phase_ != Phase::lingering) {
        return;
    }
    if (finish_ || lingered_ > max_lingering_bytes) {
        return end();
    }
    stream_.tcp().async_read_some(buffer_.prepare(4096),
                                  [self = shared_from_this()](const error_code& error, std::size_t bytes) {
                                      self->lingered_ += bytes;
                                      error ? self->end() : self->linger();
                                  });
}

// The phone must not take what it has for the whole file: a reset, not an orderly end.
void Connection::fail(const std::string& reason) {
    record_.broken_off(pieces_ ? pieces_->given() : 0, reason);
    reset_on_close(true);
    end();
}

// Set while a file is on its way in more than one piece, because a stream that times out closes its socket by itself; and an
// orderly close would go on handing out what lies in the socket, as if that were all.
void Connection::reset_on_close(bool wanted) {
    if (wanted == resets_) {
        return;
    }
    resets_ = wanted;
    error_code ignored;
    stream_.socket().set_option(asio::socket_base::linger(wanted, 0), ignored);
}

void Connection::end() {
    if (phase_ == Phase::ended) {
        return;
    }
    phase_ = Phase::ended;
    stream_.close();
    host_.ended(*this);
}

bool Connection::keeps_alive() const {
    const auto& request = parser_->get();
    return !must_close_ && !finish_ && request.version() >= 11 && request.keep_alive() &&
           requests_ < max_requests_per_connection;
}

}  // namespace

std::shared_ptr<HttpConnection> make_connection(asio::ip::tcp::socket socket, ConnectionHost& host,
                                                tls::ServerContextPtr context) {
    error_code error;
    const auto peer = socket.remote_endpoint(error);
    return std::make_shared<Connection>(std::move(socket), host, std::move(context), peer.address());
}

}  // namespace branchline
