#include "tftpd/tvs/connection.h"

#include "tftpd/tls/stream.h"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace branchline::tvs {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class TlsConnection final : public Connection, public std::enable_shared_from_this<TlsConnection> {
public:
    TlsConnection(asio::ip::tcp::socket socket, tls::ServerContextPtr context, const ConnectionHost& host) : host_(host) {
        error_code unknown;
        phone_ = socket.remote_endpoint(unknown).address();
        stream_.emplace(std::move(socket), std::move(context));
    }

    void start() override {
        stream_->expires_after(patience);
        stream_->async_handshake([self = shared_from_this()](const error_code& error) {
            if (error && !self->stream_->fault().empty()) {
                return self->refuse(self->stream_->fault());
            }
            error ? self->end() : self->read_head();
        });
    }

    void close() override {
        const auto self = shared_from_this();
        end();
    }

    [[nodiscard]] const IpAddress& phone() const override { return phone_; }

private:
    void read_head() {
        read(head_size, [this] {
            const auto head = parse_head(bytes_);
            if (!head) {
                return refuse(head.error().text);
            }
            read_elements(*head);
        });
    }

    void read_elements(const Head& head) {
        read(head.length, [this, head] {
            const auto query = parse_query(head, bytes_);
            if (!query) {
                return refuse(query.error().text);
            }
            if (!host_.may_ask(phone_)) {
                return refuse("more queries than one phone has");
            }
            const auto known = host_.look_up(*query);
            host_.answered(phone_, *query, known);
            bytes_ = answer_message(query->session, known);
            write();
        });
    }

    void read(std::size_t size, std::function<void()> then) {
        bytes_.resize(size);
        stream_->expires_after(patience);
        asio::async_read(*stream_, asio::buffer(bytes_),
                         [self = shared_from_this(), work = std::move(then)](const error_code& error, std::size_t) {
                             if (self->ended_) {
                                 return;
                             }
                             error ? self->end() : work();
                         });
    }

    void write() {
        stream_->expires_after(patience);
        asio::async_write(*stream_, asio::buffer(bytes_), [self = shared_from_this()](const error_code& error, std::size_t) {
            if (self->ended_) {
                return;
            }
            if (error || ++self->queries_ >= max_queries) {
                return self->end();
            }
            self->read_head();
        });
    }

    void refuse(const std::string& reason) {
        if (!ended_) {
            host_.refused(phone_, reason);
            end();
        }
    }

    void end() {
        if (!std::exchange(ended_, true)) {
            stream_->close();
            host_.ended(*this);
        }
    }

    const ConnectionHost& host_;
    std::optional<tls::Stream> stream_;
    IpAddress phone_;
    Bytes bytes_;
    unsigned queries_ = 0;
    bool ended_ = false;
};

}  // namespace

std::shared_ptr<Connection> make_connection(asio::ip::tcp::socket socket, tls::ServerContextPtr context,
                                            const ConnectionHost& host) {
    return std::make_shared<TlsConnection>(std::move(socket), std::move(context), host);
}

}  // namespace branchline::tvs
