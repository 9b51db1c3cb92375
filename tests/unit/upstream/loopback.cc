#include "tests/unit/upstream/loopback.h"

#include "tftpd/base/letters.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <utility>

namespace loopback {

namespace asio = boost::asio;
namespace tftp = branchline::tftp;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

std::string file_of(std::size_t size) {
    std::string file(size, '\0');
    for (std::size_t at = 0; at < size; ++at) {
        file[at] = static_cast<char>((at * 7 + at / 512 + at / 65536) & 0xff);
    }
    return file;
}

/// One transfer, from a port of its own: stop and wait, which is also a legal window.
class TftpServer::Sender : public std::enable_shared_from_this<Sender> {
public:
    Sender(asio::io_context& io, const TftpManners& manners, std::string file, udp::endpoint client, const udp::endpoint& from)
        : manners_(manners), file_(std::move(file)), client_(std::move(client)), socket_(io, from), timer_(io) {}

    void start(const tftp::Request& request) {
        if (manners_.error) {
            return send_error(*manners_.error);
        }
        if (manners_.refuse_options && !request.options.empty()) {
            return send_error(tftp::ErrorCode::option_refused);
        }
        if (manners_.options && !request.options.empty()) {
            return send_oack(request);
        }
        send_data();
    }

    void stop() {
        error_code ignored;
        socket_.close(ignored);
        timer_.cancel();
    }

private:
    void send_error(tftp::ErrorCode code) { send(tftp::write_error(out_, code, "no")); }

    void send_oack(const tftp::Request& request) {
        const std::string tsize = std::to_string(manners_.tsize.value_or(file_.size()));
        std::string block;
        tftp::OptionList options;
        for (const auto& [name, value] : request.options) {
            if (branchline::same_letters(name, "tsize")) {
                options.emplace_back("tsize", tsize);
            } else if (branchline::same_letters(name, "blksize")) {
                block_size_ = manners_.block_size.value_or(static_cast<std::uint16_t>(std::stoul(std::string(value))));
                block = std::to_string(block_size_);
            }
        }
        if (!block.empty()) {
            options.emplace_back("blksize", block);
        }
        send(tftp::write_oack(out_, options));
        receive();
    }

    void send_data() {
        if (manners_.die_after && sent_ >= *manners_.die_after) {
            return;
        }
        timer_.expires_after(manners_.pause);
        timer_.async_wait([self = shared_from_this()](const error_code& error) {
            if (!error) {
                self->send_block();
            }
        });
    }

    void send_block() {
        ++sent_;
        const std::size_t at = manners_.endless ? 0 : std::min(file_.size(), acknowledged_ * block_size_);
        const std::size_t size = manners_.endless ? block_size_ : std::min<std::size_t>(block_size_, file_.size() - at);
        const std::string block = manners_.endless ? std::string(block_size_, 'x') : file_.substr(at, size);
        const std::size_t head = tftp::write_data_header(out_, static_cast<std::uint16_t>(acknowledged_ + 1));
        std::copy(block.begin(), block.end(), out_.begin() + static_cast<std::ptrdiff_t>(head));
        last_size_ = size;
        send(head + size);
        receive();
    }

    void receive() {
        if (receiving_) {
            return;
        }
        receiving_ = true;
        socket_.async_receive_from(
            asio::buffer(in_), sender_, [self = shared_from_this()](const error_code& error, std::size_t size) {
                self->receiving_ = false;
                if (error) {
                    return;
                }
                const auto packet = tftp::parse(branchline::ByteView(self->in_.data(), size));
                const auto* ack = packet ? std::get_if<tftp::Ack>(&*packet) : nullptr;
                if (packet && std::holds_alternative<tftp::ErrorPacket>(*packet)) {
                    return;
                }
                if (ack != nullptr && ack->block == static_cast<std::uint16_t>(self->acknowledged_ + 1)) {
                    ++self->acknowledged_;
                    if (self->last_size_ == self->block_size_) {
                        self->send_data();
                    }
                } else if (ack != nullptr && ack->block == 0 && self->sent_ == 0) {
                    self->send_data();
                }
                self->receive();
            });
    }

    void send(std::size_t size) {
        error_code ignored;
        socket_.send_to(asio::buffer(out_.data(), size), client_, 0, ignored);
    }

    TftpManners manners_;
    std::string file_;
    udp::endpoint client_;
    udp::endpoint sender_;
    udp::socket socket_;
    asio::steady_timer timer_;
    std::array<std::uint8_t, 66000> out_{};
    std::array<std::uint8_t, 2048> in_{};
    std::size_t block_size_ = 512;
    std::size_t last_size_ = 0;
    std::uint64_t acknowledged_ = 0;
    unsigned sent_ = 0;
    bool receiving_ = false;
};

TftpServer::TftpServer(asio::io_context& io, TftpManners manners, const branchline::IpAddress& address)
    : io_(io), manners_(std::move(manners)), socket_(io, udp::endpoint(address, 0)) {
    receive();
}

TftpServer::~TftpServer() {
    for (const auto& sender : senders_) {
        sender->stop();
    }
    error_code ignored;
    socket_.close(ignored);
    io_.restart();
    io_.poll();  // handlers that name this object end here
}

std::uint16_t TftpServer::port() const {
    return socket_.local_endpoint().port();
}

void TftpServer::receive() {
    socket_.async_receive_from(asio::buffer(buffer_), client_, [this](const error_code& error, std::size_t size) {
        if (error) {
            return;
        }
        const auto packet = tftp::parse(branchline::ByteView(buffer_.data(), size));
        if (const auto* request = packet ? std::get_if<tftp::Request>(&*packet) : nullptr) {
            last_request_.assign(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size));
            on_request(*request);
        }
        receive();
    });
}

void TftpServer::on_request(const tftp::Request& request) {
    ++requests_;
    client_ports_.push_back(client_.port());
    if (manners_.silent) {
        return;
    }
    const auto from = manners_.answer_from.value_or(socket_.local_endpoint().address());
    senders_.push_back(std::make_shared<Sender>(io_, manners_, manners_.file, client_, udp::endpoint(from, 0)));
    if (manners_.second_file) {
        senders_.push_back(std::make_shared<Sender>(io_, manners_, *manners_.second_file, client_, udp::endpoint(from, 0)));
    }
    for (const auto& sender : senders_) {
        sender->start(request);
    }
}

struct HttpServer::Connection {
    explicit Connection(tcp::socket accepted) : socket(std::move(accepted)), timer(socket.get_executor()) {}
    tcp::socket socket;
    asio::steady_timer timer;
    std::string request{};
    HttpReply reply{};
    std::size_t written = 0;
};

HttpReply good_reply(const std::string& file) {
    return {.text = "HTTP/1.1 200 OK\r\nContent-length: " + std::to_string(file.size()) +
                    "\r\nCache-Control: no-store\r\nContent-type: */*\r\n\r\n" + file};
}

HttpServer::HttpServer(asio::io_context& io, std::vector<HttpReply> replies, const branchline::IpAddress& address)
    : replies_(std::move(replies)), acceptor_(io, tcp::endpoint(address, 0)) {
    accept();
}

HttpServer::~HttpServer() {
    auto& io = static_cast<asio::io_context&>(acceptor_.get_executor().context());
    error_code ignored;
    acceptor_.close(ignored);
    for (const auto& connection : connections_) {
        connection->socket.close(ignored);
        connection->timer.cancel();
    }
    io.restart();
    io.poll();
}

std::uint16_t HttpServer::port() const {
    return acceptor_.local_endpoint().port();
}

void HttpServer::accept() {
    acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
        if (error) {
            return;
        }
        connections_.push_back(std::make_shared<Connection>(std::move(socket)));
        read(connections_.back());
        accept();
    });
}

void HttpServer::read(const std::shared_ptr<Connection>& connection) {
    asio::async_read_until(connection->socket, asio::dynamic_buffer(connection->request, 4096), "\r\n\r\n",
                           [this, connection](const error_code& error, std::size_t) {
                               if (error) {
                                   return;
                               }
                               last_request_ = connection->request;
                               connection->reply = replies_[std::min<std::size_t>(requests_, replies_.size() - 1)];
                               ++requests_;
                               connection->timer.expires_after(connection->reply.delay);
                               connection->timer.async_wait([this, connection](const error_code& cancelled) {
                                   if (!cancelled) {
                                       write(connection);
                                   }
                               });
                           });
}

void HttpServer::write(const std::shared_ptr<Connection>& connection) {
    const HttpReply& reply = connection->reply;
    const std::size_t left = reply.text.size() - connection->written;
    if (left == 0) {
        error_code ignored;
        if (reply.reset) {
            connection->socket.set_option(asio::socket_base::linger(true, 0), ignored);
        }
        if (reply.then_close || reply.reset) {
            connection->socket.close(ignored);
        }
        return;
    }
    const bool at_once = connection->written < reply.drips_after;
    const std::size_t size = reply.drip.count() == 0 ? left : at_once ? reply.drips_after : 1;
    asio::async_write(connection->socket, asio::buffer(reply.text.data() + connection->written, size),
                      [this, connection](const error_code& error, std::size_t written) {
                          if (error) {
                              return;
                          }
                          connection->written += written;
                          connection->timer.expires_after(connection->reply.drip);
                          connection->timer.async_wait([this, connection](const error_code& cancelled) {
                              if (!cancelled) {
                                  write(connection);
                              }
                          });
                      });
}

DeadHost::DeadHost(asio::io_context& io) : full_(io), deaf_(io, udp::endpoint(here, 0)) {
    full_.open(tcp::v4());
    full_.bind(tcp::endpoint(here, 0));
    full_.listen(0);
    // Linux drops further SYNs once the queue of one is full; the second filler makes sure of it.
    for (int filler = 0; filler < 2; ++filler) {
        fillers_.emplace_back(io);
        fillers_.back().open(tcp::v4());
        fillers_.back().non_blocking(true);
        // Not Asio's connect(), which waits even so.
        const auto to = full_.local_endpoint();
        static_cast<void>(::connect(fillers_.back().native_handle(), to.data(), static_cast<socklen_t>(to.size())));
    }
}

branchline::RemoteServer DeadHost::server() const {
    return {here, deaf_.local_endpoint().port(), full_.local_endpoint().port()};
}

std::uint16_t closed_port(asio::io_context& io) {
    for (;;) {
        const udp::socket both(io, udp::endpoint(here, 0));
        const auto port = both.local_endpoint().port();
        tcp::acceptor free(io);
        error_code error;
        free.open(tcp::v4());
        free.bind(tcp::endpoint(here, port), error);
        if (!error) {
            return port;
        }
    }
}

branchline::AttemptEvents Seen::events() {
    return {[this] {
                ++connected;
                events_after_done += outcome ? 1 : 0;
            },
            [this](std::optional<std::uint64_t> bytes_said) {
                ++found;
                size = bytes_said;
                events_after_done += outcome ? 1 : 0;
            },
            [this](branchline::ByteView part) {
                bytes += branchline::as_text(part);
                events_after_done += outcome ? 1 : 0;
            },
            [this](branchline::AttemptOutcome how) {
                events_after_done += outcome ? 1 : 0;
                outcome = std::move(how);
            }};
}

bool run_until(asio::io_context& io, const std::function<bool()>& done, std::chrono::milliseconds at_most) {
    const auto deadline = std::chrono::steady_clock::now() + at_most;
    io.restart();
    while (!done()) {
        if (io.run_one_until(deadline) == 0) {
            return done();
        }
    }
    return true;
}

void run_for(asio::io_context& io, std::chrono::milliseconds time) {
    io.restart();
    io.run_for(time);
}

}  // namespace loopback
