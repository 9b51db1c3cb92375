#include "tftpd/http/listener.h"

#include "tftpd/config/config_error.h"
#include "tftpd/log/log.h"
#include "tftpd/server/line_budget.h"

#include "http_messages.h"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>

#include <string>

namespace branchline {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds accept_pause{
    100};  // after an error that is not the connection's own, such as no descriptors

/// One family's listening socket. Shared with its handlers, which find `closed` set after the Listener has gone.
struct Acceptor : std::enable_shared_from_this<Acceptor> {
    explicit Acceptor(asio::io_context& io) : socket(io), pause(io) {}

    void accept() {
        socket.async_accept([self = shared_from_this()](const error_code& error, tcp::socket connection) {
            if (self->closed) {
                return;
            }
            if (!error) {
                self->accepted(std::move(connection));
                return self->accept();
            }
            if (error == asio::error::connection_aborted) {
                return self->accept();
            }
            if (self->log_lines.take(Clock::now())) {
                LOG_ERROR(http_logger, HTTP_ACCEPT_FAILED).arg(error.message());
            }
            self->pause.expires_after(accept_pause);
            self->pause.async_wait([self](const error_code& stopped) {
                if (!stopped && !self->closed) {
                    self->accept();
                }
            });
        });
    }

    tcp::acceptor socket;
    asio::steady_timer pause;
    Listener::Accepted accepted;
    LineBudget log_lines{1, 1};
    bool closed = false;
};

// Linux lets a socket have an address before the machine has it (ip(7), IP_FREEBIND; the number for IPv6 is in <linux/in6.h>,
// which cannot stand beside <netinet/in.h>).
constexpr int ipv6_freebind = 78;
using FreeBind4 = asio::detail::socket_option::boolean<IPPROTO_IP, IP_FREEBIND>;
using FreeBind6 = asio::detail::socket_option::boolean<IPPROTO_IPV6, ipv6_freebind>;

[[noreturn]] void refuse_port(std::uint16_t port, const std::string& key, const error_code& error) {
    const auto number = std::to_string(port);
    std::string text = "cannot listen on TCP port " + number + " (\"" + key + "\"): " + error.message() + ". ";
    if (error == asio::error::address_in_use) {
        text += "Another program has it (ss -ltnp 'sport = :" + number +
                "' tells which); stop that one, or choose another port, or 0 for none.";
    } else if (error == asio::error::access_denied) {
        text += "Ports below 1024 need CAP_NET_BIND_SERVICE: start as root or by the systemd unit, or choose a higher port.";
    } else {
        text += "Choose another port, or 0 for none.";
    }
    throw ConfigError(Position{}, text);
}

class Sockets final : public Listener {
public:
    explicit Sockets(std::string key) : key_(std::move(key)) {}
    Sockets(const Sockets&) = delete;
    Sockets& operator=(const Sockets&) = delete;
    ~Sockets() override {
        for (const auto& acceptor : acceptors_) {
            acceptor->closed = true;
            error_code ignored;
            acceptor->socket.close(ignored);
            acceptor->pause.cancel();
        }
    }

    void start(Accepted accepted) override {
        for (const auto& acceptor : acceptors_) {
            acceptor->accepted = accepted;
            acceptor->accept();
        }
    }

    void finish() override {
        for (const auto& acceptor : acceptors_) {
            error_code error;
            acceptor->socket.non_blocking(true, error);
            for (int waiting = 0; !error && waiting < asio::socket_base::max_listen_connections; ++waiting) {
                tcp::socket connection(acceptor->socket.get_executor());
                acceptor->socket.accept(connection, error);
                if (!error) {
                    acceptor->accepted(std::move(connection));
                }
            }
            acceptor->closed = true;
            acceptor->socket.close(error);
        }
    }

    void add(asio::io_context& io, const tcp::endpoint& address) {
        const auto family = address.protocol();
        auto acceptor = std::make_shared<Acceptor>(io);
        error_code error;
        acceptor->socket.open(family, error);
        if (error) {
            missing_ = error;
            LOG_WARN(http_logger, HTTP_FAMILY_UNAVAILABLE).arg(family == tcp::v6() ? "IPv6" : "IPv4").arg(error.message());
            return;
        }
        acceptor->socket.set_option(tcp::acceptor::reuse_address(true), error);
        if (family == tcp::v6()) {
            acceptor->socket.set_option(asio::ip::v6_only(true), error);
        }
        if (family == tcp::v6()) {
            acceptor->socket.set_option(FreeBind6(true), error);
        } else {
            acceptor->socket.set_option(FreeBind4(true), error);
        }
        acceptor->socket.bind(address, error);
        if (!error) {
            acceptor->socket.listen(asio::socket_base::max_listen_connections, error);
        }
        if (error) {
            refuse_port(address.port(), key_, error);
        }
        acceptors_.push_back(std::move(acceptor));
    }

    void check(std::uint16_t port) const {
        if (acceptors_.empty()) {
            refuse_port(port, key_, missing_);
        }
    }

private:
    const std::string key_;
    std::vector<std::shared_ptr<Acceptor>> acceptors_;
    error_code missing_{};
};

}  // namespace

std::unique_ptr<Listener> Listener::open(asio::io_context& io, std::uint16_t port, const std::string& key) {
    auto listener = std::make_unique<Sockets>(key);
    listener->add(io, {tcp::v4(), port});
    listener->add(io, {tcp::v6(), port});
    listener->check(port);
    return listener;
}

std::unique_ptr<Listener> Listener::open_at(asio::io_context& io, const tcp::endpoint& address, const std::string& key) {
    auto listener = std::make_unique<Sockets>(key);
    listener->add(io, address);
    listener->check(address.port());
    return listener;
}

}  // namespace branchline
