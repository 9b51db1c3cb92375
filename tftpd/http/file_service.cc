#include "tftpd/http/file_service.h"

#include "tftpd/base/counters.h"
#include "tftpd/base/thread_pulse.h"
#include "tftpd/http/client_counts.h"
#include "tftpd/http/connection.h"
#include "tftpd/http/listener.h"
#include "tftpd/log/log.h"
#include "tftpd/server/interface_filter.h"

#include "http_messages.h"

#include <boost/asio/executor_work_guard.hpp>

#include <atomic>
#include <future>
#include <thread>
#include <unordered_map>

namespace branchline {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view busy_answer =
    "HTTP/1.1 503 Service Unavailable\r\nContent-length: 0\r\nCache-Control: no-store\r\nRetry-After: 5\r\nConnection: "
    "close\r\n\r\n";

}  // namespace

// Everything below `thread` belongs to that thread once it runs; other threads come in by run().
struct HttpFileService::Impl {
    Impl(Resolver& resolver, FileListener file_listener) {
        host.listener = std::move(file_listener);
        host.ask = [&resolver](Question question, std::function<void(Answer)> done) {
            resolver.resolve(std::move(question), std::move(done));
        };
        host.post_box = std::make_shared<PostBox>(io);
        host.open_connections = [this] { return counts.in_all(); };
        host.ended = [this](const HttpConnection& connection) { ended(connection); };
    }

    void run(const std::function<void()>& work);
    void serve(std::unique_ptr<Listener> fresh, std::uint16_t at_port);
    void stop_serving();
    void accepted(tcp::socket socket);
    void ended(const HttpConnection& connection);

    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_guard{io.get_executor()};
    std::atomic<std::size_t> open{0};
    std::atomic<std::uint16_t> port{0};
    std::thread thread;

    ConnectionHost host;
    ConfigPtr config;
    std::unique_ptr<InterfaceFilter> filter;
    ClientCounts counts;
    std::unordered_map<const HttpConnection*, std::shared_ptr<HttpConnection>> connections;
    std::unique_ptr<Listener> listener;
    std::promise<void>* drained = nullptr;
    bool paused = false;
    ThreadPulse pulse;  // of the one who asks
};

// Waits until `work` has run on the service's thread.
void HttpFileService::Impl::run(const std::function<void()>& work) {
    std::promise<void> done;
    asio::post(io, [&] {
        work();
        done.set_value();
    });
    done.get_future().wait();
}

void HttpFileService::Impl::serve(std::unique_ptr<Listener> fresh, std::uint16_t at_port) {
    if (listener) {
        listener->finish();
    }
    listener = std::move(fresh);
    port = at_port;
    if (listener) {
        listener->start([this](tcp::socket socket) { accepted(std::move(socket)); });
        LOG_INFO(http_logger, HTTP_STARTED).arg(at_port);
    }
}

// No new connection; those that are there end with the answer that is under way.
void HttpFileService::Impl::stop_serving() {
    serve(nullptr, 0);
    const auto held = connections;  // finish() takes idle ones out of the map
    for (const auto& [key, connection] : held) {
        connection->finish();
    }
}

void HttpFileService::Impl::accepted(tcp::socket socket) {
    error_code error;
    const auto local = socket.local_endpoint(error);
    const auto peer = error ? tcp::endpoint() : socket.remote_endpoint(error);
    if (error) {
        return;  // gone already
    }
    const auto interface_index = local.address().is_v6() ? static_cast<unsigned>(local.address().to_v6().scope_id()) : 0;
    if (!filter->accepts(local.address(), interface_index)) {
        return;
    }
    const auto verdict = counts.enter(peer.address(), max_connections, config->limits.transfers_per_client);
    if (verdict != ClientCounts::Verdict::taken) {
        counters.add(Counter::http_refused);
        if (host.log_lines.take(Clock::now())) {
            LOG_WARN(http_logger, HTTP_CONNECTION_REFUSED)
                .arg(peer.address().to_string())
                .arg(verdict == ClientCounts::Verdict::too_many_in_all ? "all connections are taken" : "transfers-per-client");
        }
        // As far as the socket takes it at once: nothing is kept for a client that is over its limit.
        socket.non_blocking(true, error);
        socket.write_some(asio::buffer(busy_answer), error);
        socket.shutdown(tcp::socket::shutdown_send, error);
        return;
    }
    socket.set_option(tcp::no_delay(true), error);
    auto connection = make_connection(std::move(socket), host);
    connections.emplace(connection.get(), connection);
    open = counts.in_all();
    connection->start();
}

void HttpFileService::Impl::ended(const HttpConnection& connection) {
    counts.leave(connection.phone());
    open = counts.in_all();
    connections.erase(&connection);
    if (drained != nullptr && connections.empty()) {
        std::exchange(drained, nullptr)->set_value();
    }
}

HttpFileService::HttpFileService(ConfigPtr config, Resolver& resolver, FileListener file_listener)
    : impl_(std::make_unique<Impl>(resolver, std::move(file_listener))) {
    impl_->filter = std::make_unique<InterfaceFilter>(config->interfaces);
    const auto port = config->http_port;
    auto listener = port == 0 ? nullptr : Listener::open(impl_->io, port);
    impl_->config = std::move(config);
    impl_->serve(std::move(listener), port);
    impl_->thread = std::thread([impl = impl_.get()] { impl->io.run(); });
}

HttpFileService::~HttpFileService() {
    impl_->host.post_box->close();
    impl_->io.stop();
    impl_->thread.join();
    while (!impl_->connections.empty()) {
        const auto connection = impl_->connections.begin()->second;
        connection->close();
    }
}

void HttpFileService::reconfigure(ConfigPtr config) {
    const auto port = config->http_port;
    const auto new_port = !impl_->paused && port != impl_->port.load();
    auto listener = new_port && port != 0 ? Listener::open(impl_->io, port) : nullptr;
    impl_->run([&] {
        impl_->filter = std::make_unique<InterfaceFilter>(config->interfaces);
        impl_->config = config;
        if (new_port) {
            impl_->serve(std::move(listener), port);
        }
    });
}

void HttpFileService::pause() {
    impl_->paused = true;
    impl_->run([&] { impl_->stop_serving(); });
}

std::size_t HttpFileService::cut_off() {
    std::size_t cut = 0;
    impl_->run([&] {
        cut = impl_->connections.size();
        const auto held = impl_->connections;
        for (const auto& [key, connection] : held) {
            connection->close();
        }
    });
    return cut;
}

void HttpFileService::resume() {
    if (!impl_->paused) {
        return;
    }
    const auto port = impl_->config->http_port;
    auto listener = port == 0 ? nullptr : Listener::open(impl_->io, port);
    impl_->run([&] { impl_->serve(std::move(listener), port); });
    impl_->paused = false;
}

std::size_t HttpFileService::connections() const {
    return impl_->open;
}

unsigned HttpFileService::beat() {
    return impl_->pulse.beat([this](std::function<void()> work) { asio::post(impl_->io, std::move(work)); });
}

std::uint16_t HttpFileService::port() const {
    return impl_->port;
}

std::size_t HttpFileService::drain(std::chrono::seconds limit) {
    std::promise<void> drained;
    auto done = drained.get_future();
    impl_->run([&] {
        impl_->drained = &drained;
        impl_->stop_serving();
        if (impl_->connections.empty() && impl_->drained != nullptr) {
            std::exchange(impl_->drained, nullptr)->set_value();
        }
    });
    done.wait_for(limit);
    std::size_t left = 0;
    impl_->run([&] {
        impl_->drained = nullptr;
        left = impl_->connections.size();
    });
    return left;
}

}  // namespace branchline
