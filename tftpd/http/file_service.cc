#include "tftpd/http/file_service.h"

#include "tftpd/base/counters.h"
#include "tftpd/base/thread_pulse.h"
#include "tftpd/http/client_counts.h"
#include "tftpd/http/connection.h"
#include "tftpd/http/listener.h"
#include "tftpd/http/open_connections.h"
#include "tftpd/log/log.h"
#include "tftpd/server/interface_filter.h"
#include "tftpd/store/io_thread.h"

#include "http_messages.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <future>
#include <map>
#include <unordered_set>

namespace branchline {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::string_view busy_answer =
    "HTTP/1.1 503 Service Unavailable\r\nContent-length: 0\r\nCache-Control: no-store\r\nRetry-After: 5\r\nConnection: "
    "close\r\n\r\n";

}  // namespace

// Everything from `host` on belongs to `thread` once it runs; others come in by thread.run().
struct HttpFileService::Impl {
    Impl(Resolver& resolver, FileListener file_listener) {
        host.listener = std::move(file_listener);
        host.ask = [&resolver](const Question& question, std::function<void(Answer)> done) {
            resolver.resolve(question, std::move(done));
        };
        host.post_box = std::make_shared<PostBox>(thread.io());
        host.open_connections = [this] { return counts.in_all(); };
        host.ended = [this](const HttpConnection& connection) { ended(connection); };
        thread.start();
    }
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    using Ports = std::map<std::uint16_t, bool>;  // which ones, and whether with TLS
    using Listeners = std::map<std::uint16_t, std::unique_ptr<Listener>>;

    static Ports ports_of(const Config& config);
    Listeners open(const Ports& wanted);
    void serve(const Ports& wanted, Listeners fresh);
    void stop_serving();
    void accepted(tcp::socket socket, std::uint16_t port);
    [[nodiscard]] ClientCounts::Verdict enter(const IpAddress& peer, bool with_tls);
    void refuse(tcp::socket socket, const IpAddress& peer, ClientCounts::Verdict verdict, bool with_tls);
    void ended(const HttpConnection& connection);

    IoThread thread;
    std::atomic<std::size_t> open_connections{0};
    std::atomic<std::uint16_t> plain_port{0};
    Ports ports;  // that are open; of the thread that configures

    ConnectionHost host;
    ConfigPtr config;
    std::unique_ptr<InterfaceFilter> filter;
    ClientCounts counts;
    OpenConnections<HttpConnection> connections;
    std::unordered_set<const HttpConnection*> tls_connections;
    tls::ServerContextPtr tls_context;  // of new connections
    Ports served;
    Listeners listeners;
    std::promise<void>* drained = nullptr;
    bool paused = false;
    ThreadPulse pulse;  // of the one who asks
};

HttpFileService::Impl::~Impl() {
    host.post_box->close();
    thread.stop();
    connections.for_each([](HttpConnection& one) { one.close(); });
}

HttpFileService::Impl::Ports HttpFileService::Impl::ports_of(const Config& config) {
    Ports ports;
    if (config.http_port != 0) {
        ports.emplace(config.http_port, false);
    }
    for (const auto port : config.https_ports) {
        ports.emplace(port, true);
    }
    return ports;
}

// Listeners for the ports that are not open yet: all of them, or an exception.
HttpFileService::Impl::Listeners HttpFileService::Impl::open(const Ports& wanted) {
    Listeners fresh;
    for (const auto& [port, with_tls] : wanted) {
        if (!ports.contains(port)) {
            fresh.emplace(port, Listener::open(thread.io(), port, with_tls ? "https-port" : "http-port"));
        }
    }
    return fresh;
}

void HttpFileService::Impl::serve(const Ports& wanted, Listeners fresh) {
    std::erase_if(listeners, [&](auto& one) {
        const bool gone = !wanted.contains(one.first);
        if (gone) {
            one.second->finish();
        }
        return gone;
    });
    served = wanted;
    const auto plain = std::find_if(wanted.begin(), wanted.end(), [](const auto& one) { return !one.second; });
    plain_port = plain == wanted.end() ? 0 : plain->first;
    for (auto& [port, listener] : fresh) {
        listener->start([this, at = port](tcp::socket socket) { accepted(std::move(socket), at); });
        if (wanted.at(port)) {
            LOG_INFO(http_logger, HTTPS_STARTED).arg(port);
        } else {
            LOG_INFO(http_logger, HTTP_STARTED).arg(port);
        }
    }
    listeners.merge(fresh);
}

// No new connection; those that are there end with the answer that is under way.
void HttpFileService::Impl::stop_serving() {
    serve({}, {});
    connections.for_each([](HttpConnection& one) { one.finish(); });
}

ClientCounts::Verdict HttpFileService::Impl::enter(const IpAddress& peer, bool with_tls) {
    if (with_tls && tls_connections.size() >= max_tls_connections) {
        return ClientCounts::Verdict::too_many_in_all;
    }
    return counts.enter(peer, max_connections, config->limits.transfers_per_client);
}

void HttpFileService::Impl::accepted(tcp::socket socket, std::uint16_t port) {
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
    const auto one = served.find(port);
    const bool with_tls = one != served.end() && one->second;
    assert(!with_tls || tls_context);
    const auto verdict = enter(peer.address(), with_tls);
    if (verdict != ClientCounts::Verdict::taken) {
        return refuse(std::move(socket), peer.address(), verdict, with_tls);
    }
    socket.set_option(tcp::no_delay(true), error);
    auto connection = make_connection(std::move(socket), host, with_tls ? tls_context : nullptr);
    connections.add(connection);
    if (with_tls) {
        tls_connections.insert(connection.get());
    }
    open_connections = counts.in_all();
    connection->start();
}

void HttpFileService::Impl::refuse(tcp::socket socket, const IpAddress& peer, ClientCounts::Verdict verdict, bool with_tls) {
    counters.add(Counter::http_refused);
    if (host.log_lines.take(Clock::now())) {
        LOG_WARN(http_logger, HTTP_CONNECTION_REFUSED)
            .arg(peer.to_string())
            .arg(verdict == ClientCounts::Verdict::too_many_in_all ? "all connections are taken" : "transfers-per-client");
    }
    if (with_tls) {
        return;  // nothing can be said before a handshake
    }
    // As far as the socket takes it at once: nothing is kept for a client that is over its limit.
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(busy_answer), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void HttpFileService::Impl::ended(const HttpConnection& connection) {
    counts.leave(connection.phone());
    open_connections = counts.in_all();
    tls_connections.erase(&connection);
    connections.remove(connection);
    if (drained != nullptr && connections.empty()) {
        std::exchange(drained, nullptr)->set_value();
    }
}

HttpFileService::HttpFileService(ConfigPtr config, Resolver& resolver, FileListener file_listener,
                                 tls::ServerContextPtr tls_context)
    : impl_(std::make_unique<Impl>(resolver, std::move(file_listener))) {
    reconfigure(std::move(config), std::move(tls_context));
}

HttpFileService::~HttpFileService() = default;

void HttpFileService::reconfigure(ConfigPtr config, tls::ServerContextPtr tls_context) {
    const auto wanted = impl_->paused ? Impl::Ports() : Impl::ports_of(*config);
    auto fresh = impl_->open(wanted);
    impl_->thread.run([&] {
        impl_->filter = std::make_unique<InterfaceFilter>(config->interfaces);
        impl_->config = config;
        impl_->tls_context = tls_context;
        impl_->serve(wanted, std::move(fresh));
    });
    impl_->ports = wanted;
}

void HttpFileService::pause() {
    impl_->paused = true;
    impl_->thread.run([&] { impl_->stop_serving(); });
    impl_->ports.clear();
}

std::size_t HttpFileService::cut_off() {
    std::size_t cut = 0;
    impl_->thread.run([&] {
        cut = impl_->connections.size();
        impl_->connections.for_each([](HttpConnection& one) { one.close(); });
    });
    return cut;
}

void HttpFileService::resume() {
    if (!impl_->paused) {
        return;
    }
    const auto wanted = Impl::ports_of(*impl_->config);
    auto fresh = impl_->open(wanted);
    impl_->thread.run([&] { impl_->serve(wanted, std::move(fresh)); });
    impl_->ports = wanted;
    impl_->paused = false;
}

std::size_t HttpFileService::connections() const {
    return impl_->open_connections;
}

unsigned HttpFileService::beat() {
    return impl_->pulse.beat([this](std::function<void()> work) { asio::post(impl_->thread.io(), std::move(work)); });
}

std::uint16_t HttpFileService::port() const {
    return impl_->plain_port;
}

std::vector<std::uint16_t> HttpFileService::https_ports() const {
    std::vector<std::uint16_t> open;
    for (const auto& [port, with_tls] : impl_->ports) {
        if (with_tls) {
            open.push_back(port);
        }
    }
    return open;
}

std::size_t HttpFileService::drain(std::chrono::seconds limit) {
    std::promise<void> drained;
    auto done = drained.get_future();
    impl_->thread.run([&] {
        impl_->drained = &drained;
        impl_->stop_serving();
        if (impl_->connections.empty() && impl_->drained != nullptr) {
            std::exchange(impl_->drained, nullptr)->set_value();
        }
    });
    done.wait_for(limit);
    std::size_t left = 0;
    impl_->thread.run([&] {
        impl_->drained = nullptr;
        left = impl_->connections.size();
    });
    return left;
}

}  // namespace branchline
