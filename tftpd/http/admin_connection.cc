#include "tftpd/http/admin_connection.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <optional>
#include <utility>

namespace branchline {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

class Connection final : public AdminConnection, public std::enable_shared_from_this<Connection> {
public:
    Connection(boost::asio::ip::tcp::socket socket, const AdminPages& pages, std::function<void(const AdminConnection&)> ended)
        : stream_(std::move(socket)), pages_(pages), ended_(std::move(ended)) {}

    void start() override {
        parser_.emplace();
        parser_->header_limit(max_head);
        parser_->body_limit(0);
        stream_.expires_after(patience);
        http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](const error_code& error, std::size_t) {
            if (error == http::error::body_limit || error == http::error::header_limit) {
                return self->refuse(413, "a request has a head of at most 8 KiB and no body");
            }
            if (error) {
                return self->end();
            }
            self->answer();
        });
    }

    void close() override {
        error_code ignored;
        stream_.socket().close(ignored);
    }

private:
    void answer() {
        const auto& request = parser_->get();
        const std::string target(request.target());
        const AdminRequest asked{std::string(request.method_string()), target.substr(0, target.find('?'))};
        send(answer_admin(pages_, asked), request.keep_alive(), asked.method == "HEAD");
    }

    void refuse(unsigned status, const std::string& reason) {
        send({status, "text/plain; charset=utf-8", reason + '\n'}, false, false);
    }

    void send(AdminAnswer answer, bool keep_alive, bool head) {
        response_.emplace(http::int_to_status(answer.status), 11);
        response_->set(http::field::content_type, answer.content_type);
        response_->set(http::field::cache_control, "no-store");
        response_->set("X-Content-Type-Options", "nosniff");
        if (answer.status == 405) {
            response_->set(http::field::allow, "GET, HEAD");
        }
        response_->keep_alive(keep_alive);
        response_->content_length(answer.body.size());
        if (!head) {
            response_->body() = std::move(answer.body);
        }
        stream_.expires_after(patience);
        http::async_write(stream_, *response_, [self = shared_from_this(), keep_alive](const error_code& error, std::size_t) {
            if (error || !keep_alive) {
                return self->end();
            }
            self->start();
        });
    }

    void end() {
        error_code ignored;
        stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
        if (ended_) {
            std::exchange(ended_, nullptr)(*this);
        }
    }

    beast::tcp_stream stream_;
    const AdminPages& pages_;
    std::function<void(const AdminConnection&)> ended_;
    beast::flat_buffer buffer_{2 * max_head};
    std::optional<http::request_parser<http::empty_body>> parser_{};
    std::optional<http::response<http::string_body>> response_{};
};

}  // namespace

std::shared_ptr<AdminConnection> make_admin_connection(boost::asio::ip::tcp::socket socket, const AdminPages& pages,
                                                       std::function<void(const AdminConnection&)> ended) {
    return std::make_shared<Connection>(std::move(socket), pages, std::move(ended));
}

}  // namespace branchline
