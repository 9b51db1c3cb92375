#include "tftpd/server/tftp_server.h"

#include "tftpd/base/thread_pulse.h"
#include "tftpd/config/config_error.h"
#include "tftpd/log/log.h"
#include "tftpd/server/admission.h"
#include "tftpd/server/tftp_worker.h"
#include "tftpd/server/transfer_log.h"
#include "tftpd/server/udp_socket.h"

#include "server_messages.h"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <thread>
#include <utility>

namespace branchline {

namespace {

using Workers = std::vector<std::unique_ptr<TftpWorker>>;

constexpr unsigned most_threads = 64;
constexpr std::size_t most_retiring = 4 * most_threads;  ///< threads of earlier configurations that still have transfers
constexpr std::chrono::milliseconds drain_step{10};
constexpr std::chrono::seconds status_patience{2};

bool is_single_port(const Config& config) {
    return config.transfer_ports.first == config.tftp_port && config.transfer_ports.last == config.tftp_port;
}

std::vector<std::uint16_t> ports_of(const Config& config) {
    std::vector<std::uint16_t> ports;
    if (config.transfer_ports.last != 0 && !is_single_port(config)) {
        for (unsigned port = std::max<unsigned>(config.transfer_ports.first, 1); port <= config.transfer_ports.last; ++port) {
            if (port != config.tftp_port) {  // a listener's port is never a TID
                ports.push_back(static_cast<std::uint16_t>(port));
            }
        }
    }
    return ports;
}

unsigned threads_of(const Config& config, std::size_t ports) {
    auto threads = config.threads != 0 ? config.threads : std::max(1u, std::thread::hardware_concurrency());
    threads = std::min(threads, most_threads);
    if (ports != 0 && ports < threads) {
        threads = static_cast<unsigned>(ports);
        LOG_WARN(tftp_logger, TFTP_THREADS_FEWER).arg(threads).arg(ports);
    }
    return threads;
}

bool same_sockets(const Config& left, const Config& right) {
    return left.tftp_port == right.tftp_port && left.threads == right.threads &&
           left.transfer_ports.first == right.transfer_ports.first && left.transfer_ports.last == right.transfer_ports.last;
}

/// The ports of `transfer-ports` may all be held by threads of our own that have transfers: two sockets of one port would take
/// each other's datagrams.
ConfigError held_by_ourselves(const TransferPorts& ports) {
    return {
        {"transfer-ports", 0, 0},
        "all ports from " + std::to_string(ports.first) + " to " + std::to_string(ports.last) +
            " are held by the threads of the running configuration, which keep them until their last transfer has ended. Name "
            "more or other ports; or run \"branchlinectl service stop\", reload, and run \"branchlinectl service start\"."};
}

bool overlap(const TransferPorts& left, const TransferPorts& right) {
    return left.last != 0 && right.last != 0 && left.first <= right.last && right.first <= left.last;
}

/// Our listeners share their port among themselves, so the kernel would also let a second daemon in. One socket that does not
/// share finds out whether somebody is there.
void check_port_is_free(std::uint16_t port) {
    for (const auto family : {Family::v4, Family::v6}) {
        const auto probe = UdpSocket::open({family, port, false, false, 0});
        if (!probe && probe.error() == EADDRINUSE) {
            throw ConfigError({"tftp-port", 0, 0},
                              "UDP port " + std::to_string(port) +
                                  " is taken by another program (ss -lunp shows which). Stop that program or "
                                  "choose another port.");
        }
    }
}

std::string text_of(const TransferPorts& ports, bool single_port) {
    if (single_port) {
        return "the listener's";
    }
    return ports.last == 0 ? "the kernel's choice" : std::to_string(ports.first) + "-" + std::to_string(ports.last);
}

}  // namespace

struct TftpServer::Impl {
    Impl(ConfigPtr first_config, Resolver& its_resolver, FileListener listener)
        : config(std::move(first_config)), resolver(its_resolver), admission(config->limits), log(std::move(listener)) {
        check_port_is_free(config->tftp_port);
        workers = open(config);
        start(workers);
    }

    Workers open(const ConfigPtr& wanted) {
        const auto ports = ports_of(*wanted);
        const auto threads = threads_of(*wanted, ports.size());
        Workers opened;
        for (unsigned thread = 0; thread < threads; ++thread) {
            TftpWorker::Plan plan{wanted, "tftp-" + std::to_string(thread), {}, is_single_port(*wanted)};
            for (std::size_t index = thread; index < ports.size(); index += threads) {
                plan.transfer_ports.push_back(ports[index]);
            }
            opened.push_back(std::make_unique<TftpWorker>(plan, resolver, admission, log));
        }
        return opened;
    }

    /// While the workers of now hold their ports.
    Workers open_beside(const ConfigPtr& wanted) {
        try {
            return open(wanted);
        } catch (const ConfigError& error) {
            if (error.position().file == "transfer-ports" && overlap(wanted->transfer_ports, config->transfer_ports)) {
                throw held_by_ourselves(wanted->transfer_ports);
            }
            throw;
        }
    }

    void start(Workers& which) {
        for (auto& worker : which) {
            worker->start();
        }
        const auto buffer = which.front()->smallest_receive_buffer();
        if (buffer < UdpSocket::wanted_receive_buffer) {
            LOG_WARN(tftp_logger, TFTP_RECEIVE_BUFFER).arg(config->tftp_port).arg(buffer).arg(UdpSocket::wanted_receive_buffer);
        }
        LOG_INFO(tftp_logger, TFTP_SERVING)
            .arg(config->tftp_port)
            .arg(which.size())
            .arg(text_of(config->transfer_ports, is_single_port(*config)));
    }

    /// The workers of now take no new request and end with their last transfer.
    void retire_workers(bool keep_listening) {
        for (auto& worker : workers) {
            if (!worker->retire(keep_listening)) {
                retiring.push_back(std::move(worker));
            }
        }
        workers.clear();  // those without transfers have ended
        if (retiring.size() > most_retiring) {
            retiring.erase(retiring.begin(), retiring.end() - static_cast<Workers::difference_type>(most_retiring));
        }
    }

    void reap() {
        std::erase_if(retiring, [](const auto& worker) { return worker->ended(); });
    }

    /// In single-port mode transfers of an earlier configuration live on the listener's port. If that port is wanted again they
    /// end: their socket would take a share of the new requests, which nobody answers.
    void free_single_port(std::uint16_t port) {
        std::erase_if(retiring, [port](const auto& worker) {
            if (worker->single_port() != port) {
                return false;
            }
            worker->stop();
            return true;
        });
    }

    ConfigPtr config;
    Resolver& resolver;
    Admission admission;
    TransferLog log;
    std::mutex mutex;  ///< of what follows; commands come on other threads than reloads may
    Workers workers;
    Workers retiring;
    bool draining = false;
    bool paused = false;
};

TftpServer::TftpServer(ConfigPtr config, Resolver& resolver, FileListener listener)
    : impl_(std::make_unique<Impl>(std::move(config), resolver, std::move(listener))) {}

TftpServer::~TftpServer() = default;

void TftpServer::reconfigure(ConfigPtr config) {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->draining) {
        throw ConfigError({"tftp-port", 0, 0}, "the service is ending");
    }
    impl_->reap();
    if (impl_->paused) {
        if (config->tftp_port != impl_->config->tftp_port) {
            check_port_is_free(config->tftp_port);
        }
    } else if (same_sockets(*impl_->config, *config)) {
        for (auto& worker : impl_->workers) {
            worker->configure(config);
        }
    } else {
        if (config->tftp_port != impl_->config->tftp_port) {
            impl_->free_single_port(config->tftp_port);
            check_port_is_free(config->tftp_port);
        }
        auto opened = impl_->open_beside(config);
        const bool same_port = config->tftp_port == impl_->config->tftp_port;
        impl_->retire_workers(same_port && is_single_port(*impl_->config));
        impl_->workers = std::move(opened);
        impl_->config = config;
        impl_->start(impl_->workers);
    }
    impl_->config = std::move(config);
    impl_->admission.set_limits(impl_->config->limits);
}

void TftpServer::pause() {
    const std::lock_guard lock(impl_->mutex);
    impl_->reap();
    impl_->retire_workers(false);
    impl_->paused = true;
}

std::size_t TftpServer::cut_off() {
    const std::lock_guard lock(impl_->mutex);
    const auto running = transfers();
    for (auto& worker : impl_->retiring) {
        worker->stop();
    }
    impl_->retiring.clear();
    return running - transfers();
}

void TftpServer::resume() {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->paused) {
        return;
    }
    if (impl_->draining) {
        throw ConfigError({"tftp-port", 0, 0}, "the service is ending");
    }
    impl_->reap();
    impl_->free_single_port(impl_->config->tftp_port);
    check_port_is_free(impl_->config->tftp_port);
    impl_->workers = impl_->open(impl_->config);
    impl_->start(impl_->workers);
    impl_->paused = false;
}

std::size_t TftpServer::drain(std::chrono::seconds limit) {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->draining = true;
        for (auto& worker : impl_->workers) {
            worker->stop_listening();
        }
    }
    const auto until = Clock::now() + limit;
    while (transfers() > 0 && Clock::now() < until) {
        std::this_thread::sleep_for(drain_step);
    }
    const auto cut_off = transfers();
    const std::lock_guard lock(impl_->mutex);
    for (auto* group : {&impl_->workers, &impl_->retiring}) {
        for (auto& worker : *group) {
            worker->stop();
        }
    }
    LOG_INFO(tftp_logger, TFTP_STOPPED).arg(cut_off);
    return cut_off;
}

std::size_t TftpServer::transfers() const {
    return impl_->admission.transfers();
}

std::vector<TransferStatus> TftpServer::transfer_status(std::size_t at_most) {
    const std::lock_guard lock(impl_->mutex);
    impl_->reap();
    std::vector<std::future<std::vector<TransferStatus>>> asked;
    for (auto* group : {&impl_->workers, &impl_->retiring}) {
        for (auto& worker : *group) {
            if (!worker->ended()) {
                asked.push_back(worker->status(at_most));
            }
        }
    }
    std::vector<TransferStatus> all;
    const auto until = Clock::now() + status_patience;
    for (auto& future : asked) {
        if (future.wait_until(until) != std::future_status::ready) {
            continue;  // it ended just now
        }
        for (auto& one : future.get()) {
            if (all.size() < at_most) {
                all.push_back(std::move(one));
            }
        }
    }
    return all;
}

std::string TftpServer::beat() {
    const std::lock_guard lock(impl_->mutex);
    std::string hangs;
    for (auto* group : {&impl_->workers, &impl_->retiring}) {
        for (auto& worker : *group) {
            if (!worker->ended() && worker->beat() >= ThreadPulse::dead) {
                hangs = worker->name();
            }
        }
    }
    return hangs;
}

std::string TftpServer::not_serving_reason() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->draining ? "the service is ending and takes no new requests"
           : impl_->paused ? "stopped by tftp-service-stop; tftp-service-start starts it again"
                           : "";
}

}  // namespace branchline
