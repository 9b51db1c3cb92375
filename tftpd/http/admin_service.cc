#include "tftpd/http/admin_service.h"

#include "tftpd/config/config_error.h"
#include "tftpd/http/admin_connection.h"
#include "tftpd/http/listener.h"
#include "tftpd/http/open_connections.h"
#include "tftpd/log/log.h"
#include "tftpd/store/io_thread.h"

#include "http_messages.h"

#include <atomic>
#include <utility>

namespace branchline {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

bool same(const AdminListener& left, const AdminListener& right) {
    return left.port == right.port && (left.port == 0 || left.address == right.address);
}

}  // namespace

// Listener and connections belong to `thread`.
struct AdminService::Impl {
    Impl(AdminPages its_pages, AdminSite its_site) : pages(std::move(its_pages)), site(std::move(its_site)) { thread.start(); }

    ~Impl() {
        thread.run([this] {
            listener.reset();
            connections.for_each([](AdminConnection& one) { one.close(); });
        });
        thread.stop();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    std::unique_ptr<Listener> open(const AdminListener& wanted) {
        if (wanted.port == 0) {
            return nullptr;
        }
        return Listener::open_at(thread.io(), {wanted.address, wanted.port}, "admin-listener");
    }

    void close() {
        thread.run([this] { listener.reset(); });
        port = 0;
    }

    void serve(std::unique_ptr<Listener> fresh, const AdminListener& wanted) {
        const auto is_open = fresh != nullptr;
        thread.run([&] {
            listener = std::move(fresh);
            if (listener) {
                listener->start([this](tcp::socket socket) { accepted(std::move(socket)); });
            }
        });
        settings = wanted;
        port = is_open ? wanted.port : 0;
        if (is_open) {
            LOG_INFO(http_logger, HTTP_ADMIN_STARTED).arg(wanted.address.to_string()).arg(wanted.port);
            if (!wanted.address.is_loopback()) {
                LOG_WARN(http_logger, HTTP_ADMIN_NOT_LOOPBACK).arg(wanted.address.to_string()).arg(wanted.port);
            }
        }
    }

    void accepted(tcp::socket socket) {
        if (connections.size() >= max_connections) {
            return;
        }
        const auto connection = make_admin_connection(std::move(socket), context, pages, site,
                                                      [this](const AdminConnection& ended) { connections.remove(ended); });
        connections.add(connection);
        connection->start();
    }

    const AdminPages pages;
    const AdminSite site;
    AdminListener settings{.address = {}, .port = 0};
    std::atomic<std::uint16_t> port{0};
    IoThread thread;
    OpenConnections<AdminConnection> connections;
    std::unique_ptr<Listener> listener;
    tls::ServerContextPtr context;
};

AdminService::AdminService(const AdminListener& settings, AdminPages pages, AdminSite site, tls::ServerContextPtr context)
    : impl_(std::make_unique<Impl>(std::move(pages), std::move(site))) {
    impl_->settings = settings;
    reconfigure(settings, std::move(context));
}

AdminService::~AdminService() = default;

void AdminService::reconfigure(const AdminListener& settings, tls::ServerContextPtr context) {
    impl_->thread.run([&] { impl_->context = std::move(context); });
    const auto old = impl_->settings;
    const auto was_open = impl_->port != 0;
    if (same(old, settings)) {
        if (was_open || settings.port == 0) {
            return;
        }
        try {
            impl_->serve(impl_->open(settings), settings);
        } catch (const ConfigError& error) {
            LOG_ERROR(http_logger, HTTP_ADMIN_UNAVAILABLE).arg(error.what());
        }
        return;
    }
    if (old.port != settings.port || !was_open) {
        return impl_->serve(impl_->open(settings), settings);
    }
    // The same port at another address: the two may overlap, so the old one goes first.
    impl_->close();
    try {
        impl_->serve(impl_->open(settings), settings);
    } catch (const ConfigError&) {
        impl_->serve(impl_->open(old), old);
        throw;
    }
}

std::uint16_t AdminService::port() const {
    return impl_->port;
}

}  // namespace branchline
