#include "tftpd/tvs/service.h"

#include "tftpd/http/client_counts.h"
#include "tftpd/http/listener.h"
#include "tftpd/http/open_connections.h"
#include "tftpd/log/log.h"
#include "tftpd/resolve/rate_limit.h"
#include "tftpd/server/interface_filter.h"
#include "tftpd/server/line_budget.h"
#include "tftpd/store/io_thread.h"
#include "tftpd/store/lru_map.h"
#include "tftpd/trust/digest.h"
#include "tftpd/tvs/connection.h"

#include "tvs_messages.h"

namespace branchline {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr unsigned log_burst = 200;
constexpr unsigned log_lines_per_second = 2;

std::string roles_text(const tvs::Known& known) {
    std::string text;
    for (const auto role : known.roles) {
        text += (text.empty() ? "" : "+") + std::to_string(role);
    }
    return text;
}

}  // namespace

// Everything but `port` belongs to `thread` once it runs.
struct TvsService::Impl {
    explicit Impl(LookUp its_look_up) {
        host.look_up = [this, look_up = std::move(its_look_up)](const tvs::Query& query) {
            return look_up(query, *context->identity());
        };
        host.may_ask = [this](const IpAddress& phone) { return may_ask(phone); };
        host.answered = [this](const IpAddress& phone, const tvs::Query& query, const std::optional<tvs::Known>& known) {
            answered(phone, query, known);
        };
        host.refused = [this](const IpAddress& phone, const std::string& reason) { refused(phone, reason); };
        host.ended = [this](const tvs::Connection& connection) {
            counts.leave(connection.phone());
            connections.remove(connection);
        };
        thread.start();
    }
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void serve(std::unique_ptr<Listener> fresh, std::uint16_t at_port);
    void accepted(tcp::socket socket);
    bool may_ask(const IpAddress& phone);
    void answered(const IpAddress& phone, const tvs::Query& query, const std::optional<tvs::Known>& known);
    void refused(const IpAddress& phone, const std::string& reason);

    IoThread thread;
    tvs::ConnectionHost host;
    std::unique_ptr<InterfaceFilter> filter;
    tls::ServerContextPtr context;
    ClientCounts counts;
    LruMap<std::string, RateLimit> rates{max_clients};  // by client
    LineBudget log_lines{log_burst, log_lines_per_second};
    OpenConnections<tvs::Connection> connections;
    std::unique_ptr<Listener> listener;
    std::uint16_t port = 0;
};

TvsService::Impl::~Impl() {
    thread.run([this] {
        listener.reset();
        connections.for_each([](tvs::Connection& one) { one.close(); });
    });
    thread.stop();
}

void TvsService::Impl::serve(std::unique_ptr<Listener> fresh, std::uint16_t at_port) {
    listener = std::move(fresh);
    if (listener) {
        listener->start([this](tcp::socket socket) { accepted(std::move(socket)); });
        LOG_INFO(http_logger, TVS_STARTED).arg(at_port);
    }
}

void TvsService::Impl::accepted(tcp::socket socket) {
    error_code error;
    const auto local = socket.local_endpoint(error);
    const auto peer = error ? tcp::endpoint() : socket.remote_endpoint(error);
    const auto interface_index = local.address().is_v6() ? static_cast<unsigned>(local.address().to_v6().scope_id()) : 0;
    if (error || !filter->accepts(local.address(), interface_index)) {
        return;
    }
    // A handshake costs more than an answer: it is held to the same rate.
    if (!may_ask(peer.address())) {
        return refused(peer.address(), "more connections than one phone makes");
    }
    if (counts.enter(peer.address(), max_connections, max_connections_of_client) != ClientCounts::Verdict::taken) {
        return refused(peer.address(), "too many connections");
    }
    auto connection = tvs::make_connection(std::move(socket), context, host);
    connections.add(connection);
    connection->start();
}

bool TvsService::Impl::may_ask(const IpAddress& phone) {
    const auto client = client_of(phone).to_string();
    auto* rate = rates.find(client);
    if (rate == nullptr) {
        rates.put(client, RateLimit(queries_per_second, query_burst));
        rate = rates.find(client);
    }
    return rate->take(1, Clock::now());
}

void TvsService::Impl::answered(const IpAddress& phone, const tvs::Query& query, const std::optional<tvs::Known>& known) {
    if (log_lines.take(Clock::now())) {
        LOG_INFO(http_logger, TVS_ANSWERED)
            .arg(phone.to_string())
            .arg(escaped(query.device))
            .arg(trust::hex(query.serial))
            .arg(escaped(query.issuer))
            .arg(known ? roles_text(*known) : "unknown");
    }
}

void TvsService::Impl::refused(const IpAddress& phone, const std::string& reason) {
    if (log_lines.take(Clock::now())) {
        LOG_INFO(http_logger, TVS_REFUSED).arg(phone.to_string()).arg(reason);
    }
}

TvsService::TvsService(ConfigPtr config, tls::ServerContextPtr context, LookUp look_up)
    : impl_(std::make_unique<Impl>(std::move(look_up))) {
    reconfigure(std::move(config), std::move(context));
}

TvsService::~TvsService() = default;

void TvsService::reconfigure(ConfigPtr config, tls::ServerContextPtr context) {
    const auto port = context ? config->tvs_port : std::uint16_t{0};
    const bool moves = port != impl_->port;
    auto fresh = moves && port != 0 ? Listener::open(impl_->thread.io(), port, "tvs-port") : nullptr;
    impl_->thread.run([&] {
        impl_->filter = std::make_unique<InterfaceFilter>(config->interfaces);
        impl_->context = context;
        if (moves) {
            impl_->serve(std::move(fresh), port);
        }
    });
    impl_->port = port;
}

}  // namespace branchline
