// What a phone sends to the HTTP service, over a real connection: it is answered and the connection ends, every answer is a
// whole response (RFC 9112), and the names that are asked for are bounded.
//
//   input | how it is answered | the phone's bytes |
#include "tests/fuzz/targets.h"
#include "tftpd/http/connection.h"

#include <log/logger_support.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <string>

namespace branchline::fuzz {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto longest_run = std::chrono::seconds(10);  // a safeguard: a connection whose phone is done ends at once
constexpr std::string_view body = "<device/>\n";

Answer answer_of(std::uint8_t choice) {
    constexpr std::array kinds{Answer::Kind::content, Answer::Kind::not_found, Answer::Kind::refused,
                               Answer::Kind::unavailable};
    const auto kind = kinds[choice % kinds.size()];
    return {kind, kind == Answer::Kind::content ? std::make_shared<MemoryContent>(Bytes(body.begin(), body.end())) : nullptr,
            "files", ""};
}

/// One service's thread and what it has been asked.
class Service {
public:
    /// Sends `request`, closes the phone's half and returns all that comes back.
    std::string serve(ByteView request, Answer answer) {
        asio::io_context io{1};
        host_.ask = [&](const Question& question, const std::function<void(Answer)>& done) {
            must(question.name.starts_with('/'), "a name begins with '/'");
            must(question.name.size() < max_request_head, "a name is bounded");
            done(answer);
        };
        host_.post_box = std::make_shared<PostBox>(io);
        host_.open_connections = [] { return std::size_t{1}; };
        bool ended = false;
        host_.ended = [&](const HttpConnection&) { ended = true; };

        tcp::socket phone(io);
        phone.connect(acceptor_.local_endpoint());
        const auto connection = make_connection(acceptor_.accept(io), host_);
        asio::write(phone, asio::buffer(request.data(), request.size()));
        boost::system::error_code error;
        phone.shutdown(tcp::socket::shutdown_send, error);
        std::string received;
        std::array<char, 4096> room{};
        std::function<void()> read = [&] {
            phone.async_read_some(asio::buffer(room), [&](const boost::system::error_code& failed, std::size_t count) {
                received.append(room.data(), count);
                if (!failed) {
                    read();
                }
            });
        };
        read();
        connection->start();
        io.run_for(longest_run);
        must(ended, "a connection ends when its phone is done");
        host_.post_box->close();
        phone.set_option(asio::socket_base::linger(true, 0), error);  // no TIME_WAIT: thousands of runs a second
        return received;
    }

private:
    asio::io_context accepting_{1};
    tcp::acceptor acceptor_{accepting_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    ConnectionHost host_;
};

void check_responses(std::string_view text) {
    while (!text.empty()) {
        http::response_parser<http::string_body> parser;
        parser.eager(true);
        boost::system::error_code error;
        const auto taken = parser.put(asio::buffer(text), error);
        must(!error && parser.is_header_done(), "an answer is a response");
        must(parser.is_done(), "an answer is whole");
        text.remove_prefix(taken);
    }
}

}  // namespace

void http_request(ByteView bytes) {
    if (!isc::log::isLoggingInitialized()) {
        isc::log::initLogger("fuzz", isc::log::NONE, 0, nullptr);
    }
    static Service service;
    Input input(bytes);
    const auto choice = input.byte();
    const auto request = bytes.subspan(bytes.empty() ? 0 : 1);
    const auto text = service.serve(request, answer_of(choice));
    // The answer to HEAD has the length of a body that does not follow; which answer belongs to which request is not told here.
    if (as_text(request).find("HEAD") == std::string_view::npos) {
        check_responses(text);
    } else {
        must(text.empty() || text.starts_with("HTTP/1.1 "), "an answer is a response");
    }
}

}  // namespace branchline::fuzz
