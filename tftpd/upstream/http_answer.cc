#include "tftpd/upstream/http_answer.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <array>
#include <utility>

namespace branchline {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {

// What stops the parser once the verdict is known.
error_code stop() {
    return boost::system::errc::make_error_code(boost::system::errc::operation_canceled);
}

// RFC 3986 3.3: a path segment's characters, unreserved and sub-delims and ":@"; '/' between segments.
bool stands_for_itself(char character) {
    const bool letter_or_digit = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                                 (character >= '0' && character <= '9');
    return letter_or_digit || std::string_view("/-._~!$&'()*+,;=:@").find(character) != std::string_view::npos;
}

// The least that can follow the head of a chunked response (RFC 9112 7.1).
constexpr std::string_view smallest_chunked = "0\r\n\r\n";

}  // namespace

class HttpAnswer::Parser final : public http::basic_parser<false> {
public:
    Parser(std::uint64_t max_size, Events events) : max_size_(max_size), events_(std::move(events)) {
        header_limit(static_cast<std::uint32_t>(max_head));
        body_limit(max_size);
        eager(true);
    }

    std::size_t take(ByteView arrived);
    void take_end();

    Verdict verdict = Verdict::more;
    std::string reason;
    std::uint64_t received = 0;

private:
    void judge(Verdict what, std::string why) {
        verdict = what;
        reason = std::move(why);
    }
    void break_off(std::string why, error_code& error) {
        judge(Verdict::broken, std::move(why));
        error = stop();
    }
    void give(string_view part);
    void on_status(int status, error_code& error);

    void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int status, string_view, int, error_code& error) override { on_status(status, error); }
    void on_field_impl(http::field name, string_view, string_view value, error_code& error) override;
    void on_header_impl(error_code& error) override;
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view part, error_code&) override {
        give(part);
        return part.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code&) override {
        give(part);
        return part.size();
    }
    void on_finish_impl(error_code&) override { judge(Verdict::complete, std::to_string(received) + " bytes"); }

    std::uint64_t max_size_;
    Events events_;
    std::size_t head_size_ = 0;
};

void HttpAnswer::Parser::on_status(int status, error_code& error) {
    switch (status) {
        case 200:
            return;
        case 403:
        case 404:
        case 410:
            judge(Verdict::not_found, "has no such file (status " + std::to_string(status) + ")");
            break;
        case 503:
            judge(Verdict::busy, "busy (status 503)");
            break;
        default:
            judge(Verdict::broken, "status " + std::to_string(status));
    }
    error = stop();
}

void HttpAnswer::Parser::on_field_impl(http::field name, string_view, string_view value, error_code& error) {
    if (name == http::field::content_encoding && !value.empty() && !boost::beast::iequals(value, "identity")) {
        break_off("encoded content", error);
    }
    if (name == http::field::transfer_encoding && !boost::beast::iequals(value, "chunked")) {
        break_off("encoded for the transfer", error);  // RFC 9112 6.1: "gzip, chunked" would be unpacked by nobody
    }
}

void HttpAnswer::Parser::on_header_impl(error_code& error) {
    if (content_length()) {
        events_.found(*content_length());
    } else if (chunked()) {
        events_.found(std::nullopt);
    } else {
        break_off("no Content-Length", error);
    }
}

// The parser keeps the size cap: it stops at a Content-Length, or a chunk, that goes beyond body_limit().
void HttpAnswer::Parser::give(string_view part) {
    received += part.size();
    if (!part.empty()) {
        events_.bytes(as_bytes({part.data(), part.size()}));
    }
}

std::size_t HttpAnswer::Parser::take(ByteView arrived) {
    // The parser asserts that it is asked about a last chunk with this much at hand, which holds unless that chunk is the
    // first.
    if (is_header_done() && chunked() && received == 0 && arrived.size() < smallest_chunked.size()) {
        return 0;
    }
    error_code error;
    const std::size_t done = put(boost::asio::const_buffer(arrived.data(), arrived.size()), error);
    if (verdict == Verdict::complete && done < arrived.size()) {
        judge(Verdict::broken, "more bytes than announced");
    }
    if (verdict != Verdict::more) {
        return done;
    }
    if (error == http::error::body_limit) {
        judge(Verdict::broken, "larger than " + std::to_string(max_size_) + " bytes");
    } else if (error && error != http::error::need_more) {
        judge(Verdict::broken, "malformed response: " + error.message());
    } else if (!is_header_done()) {
        // The parser bounds what one call looks at; a head that comes field by field is bounded here.
        head_size_ += done;
        if (head_size_ + (arrived.size() - done) > max_head) {
            judge(Verdict::broken, "head larger than 8 KiB");
        }
    }
    return done;
}

void HttpAnswer::Parser::take_end() {
    if (verdict == Verdict::more) {
        judge(Verdict::broken,
              is_header_done() ? "cut after " + std::to_string(received) + " bytes" : "closed without an answer");
    }
}

HttpAnswer::HttpAnswer(std::uint64_t max_size, Events events)
    : parser_(std::make_unique<Parser>(max_size, std::move(events))) {}
HttpAnswer::~HttpAnswer() = default;

std::size_t HttpAnswer::take(ByteView arrived) {
    return parser_->take(arrived);
}
void HttpAnswer::take_end() {
    parser_->take_end();
}
HttpAnswer::Verdict HttpAnswer::verdict() const {
    return parser_->verdict;
}
const std::string& HttpAnswer::reason() const {
    return parser_->reason;
}
std::uint64_t HttpAnswer::received() const {
    return parser_->received;
}

std::string http_request(const std::string& name, const std::string& host) {
    static constexpr std::array digits{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'};
    std::string request = "GET /";
    for (const char character : name) {
        if (stands_for_itself(character)) {
            request += character;
        } else {
            const auto byte = static_cast<unsigned char>(character);
            request += {'%', digits[byte >> 4], digits[byte & 0xf]};
        }
    }
    request += " HTTP/1.1\r\nHost: " + host +
               "\r\nAccept-Encoding: identity\r\nConnection: close\r\nVia: 1.1 branchline\r\nX-Branchline: 1\r\n\r\n";
    return request;
}

}  // namespace branchline
