#include "tftpd/upstream/source_port.h"

#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

namespace branchline {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

// A window of 16 blocks must fit beside what a burst of other transfers leaves unread; the kernel cuts this to its maximum.
constexpr int receive_buffer_size = 512 * 1024;  // bytes

// The kernel's choice is random over some 28,000 ports: with a full memory of 6,000 (100 requests/s), twenty draws in a row
// that are all remembered do not happen. If they do, an old port is better than no file.
constexpr unsigned max_draws = 20;

constexpr unsigned max_queued_errors = 64;

/// Keeps one RecentPorts for each io_context, as long as the io_context lives.
class RecentPortsService : public asio::execution_context::service {
public:
    using key_type = RecentPortsService;
    static asio::execution_context::id id;

    explicit RecentPortsService(asio::execution_context& context) : asio::execution_context::service(context) {}

    RecentPorts ports;

private:
    void shutdown() override {}
};

asio::execution_context::id RecentPortsService::id;

void report_icmp_errors(udp::socket& socket, const udp& family) {
    const int on = 1;
    if (family == udp::v4()) {
        setsockopt(socket.native_handle(), IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    } else {
        setsockopt(socket.native_handle(), IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
    }
}

}  // namespace

void RecentPorts::age(TimePoint now) {
    if (now - young_since_ < lifetime) {
        return;
    }
    if (now - young_since_ < 2 * lifetime) {
        old_ = young_;
        young_since_ += lifetime;
    } else {
        old_.reset();
        young_since_ = now;
    }
    young_.reset();
}

bool RecentPorts::contains(std::uint16_t port, TimePoint now) {
    age(now);
    return young_[port] || old_[port];
}

void RecentPorts::add(std::uint16_t port, TimePoint now) {
    age(now);
    young_[port] = true;
}

udp::socket open_request_socket(asio::io_context& io, const udp& family, boost::system::error_code& error) {
    auto& recent = asio::use_service<RecentPortsService>(io).ports;
    const TimePoint now = Clock::now();
    udp::socket socket(io);
    for (unsigned draw = 1;; ++draw) {
        socket = udp::socket(io);
        socket.open(family, error);
        if (!error && family == udp::v6()) {
            socket.set_option(asio::ip::v6_only(true), error);
        }
        if (!error) {
            socket.bind(udp::endpoint(family, 0), error);
        }
        const udp::endpoint local = error ? udp::endpoint() : socket.local_endpoint(error);
        if (error) {
            return socket;
        }
        if (!recent.contains(local.port(), now) || draw == max_draws) {
            recent.add(local.port(), now);
            break;
        }
    }
    socket.non_blocking(true, error);
    report_icmp_errors(socket, family);
    boost::system::error_code small_buffer_is_no_failure;
    socket.set_option(asio::socket_base::receive_buffer_size(receive_buffer_size), small_buffer_is_no_failure);
    return socket;
}

void drain_error_queue(udp::socket& socket) {
    std::array<char, 64> quoted{};
    for (unsigned taken = 0; taken < max_queued_errors; ++taken) {
        if (::recv(socket.native_handle(), quoted.data(), quoted.size(), MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
            return;
        }
    }
}

}  // namespace branchline
