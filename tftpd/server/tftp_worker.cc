#include "tftpd/server/tftp_worker.h"

#include "tftpd/base/counters.h"
#include "tftpd/base/thread_pulse.h"
#include "tftpd/config/config_error.h"
#include "tftpd/log/log.h"
#include "tftpd/server/receive_batch.h"
#include "tftpd/server/send_batch.h"
#include "tftpd/server/tftp_service.h"
#include "tftpd/server/udp_socket.h"
#include "tftpd/store/background_thread.h"

#include "server_messages.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>
#include <thread>
#include <utility>

namespace branchline {

namespace {

using boost::asio::io_context;
using boost::system::error_code;

constexpr std::size_t batches_in_a_row = 4;  ///< from one socket before the others have their turn
constexpr Duration single_port_grace = std::chrono::seconds(10);

// With many phones in lock-step, packets trickle in one by one, and waking up for each costs more than the packet itself. When
// at least `crowd` transfers run and fewer than one in `crowd_share` of their phones had something to say, the thread lets a
// few more come before it looks again: as many packets, in larger batches. A phone waits 0.2 ms longer at most.
constexpr std::size_t crowd = 64;
constexpr std::size_t crowd_share = 8;
constexpr timespec crowd_pause{0, 150'000};

std::string why_not(int error, std::uint16_t port) {
    const auto which = "UDP port " + std::to_string(port);
    if (error == EADDRINUSE) {
        return which + " is taken by another program (ss -lunp shows which). Stop that program or choose another port.";
    }
    if (error == EACCES || error == EPERM) {
        return which + " may not be bound: ports below 1024 need root or CAP_NET_BIND_SERVICE.";
    }
    return which + " cannot be bound: " + std::strerror(error);
}

}  // namespace

struct TftpWorker::Impl {
    /// A socket and the wait for it. The socket owns the descriptor.
    struct Port {
        Port(io_context& io, UdpSocket opened, SocketNumber its_number, bool is_listener)
            : socket(std::move(opened)), descriptor(io, socket.fd()), number(its_number), listener(is_listener) {}
        ~Port() { close(); }
        Port(const Port&) = delete;
        Port& operator=(const Port&) = delete;
        void close() {
            if (descriptor.is_open()) {
                descriptor.release();
                const auto closed = std::move(socket);
            }
        }
        UdpSocket socket;
        boost::asio::posix::stream_descriptor descriptor;
        const SocketNumber number;
        const bool listener;
        std::uint32_t kernel_drops = 0;
    };

    Impl(const Plan& plan, Resolver& resolver, Admission& admission, TransferLog& log)
        : io(std::make_shared<io_context>(1)),
          work(io->get_executor()),
          timer(*io),
          name(plan.name),
          single_port(plan.single_port ? plan.config->tftp_port : std::uint16_t{0}) {
        std::vector<SocketNumber> transfer_v4;
        std::vector<SocketNumber> transfer_v6;
        open_family(plan, Family::v4, transfer_v4);
        open_family(plan, Family::v6, transfer_v6);
        if (ports.empty()) {
            throw ConfigError({"tftp-port", 0, 0}, "this machine has neither IPv4 nor IPv6 sockets, so nobody can be served");
        }
        ServiceHooks hooks;
        hooks.resolve = [&resolver](const Question& question, std::function<void(Answer)> done) {
            resolver.resolve(question, std::move(done));
        };
        // Weak: content and questions outlive this worker, and what is posted must not keep itself alive through them.
        hooks.post = [this, weak = std::weak_ptr<io_context>(io)](std::function<void()> work_to_do) {
            if (const auto alive = weak.lock()) {
                boost::asio::post(*alive, [this, task = std::move(work_to_do)] {
                    task();
                    after_batch();
                });
            }
        };
        service.emplace(plan.config, std::move(hooks), admission, log, outbox, std::move(transfer_v4), std::move(transfer_v6),
                        plan.single_port, Clock::now());
    }

    ~Impl() {
        if (thread.joinable()) {
            io->stop();
            thread.join();
        }
    }

    void open_family(const Plan& plan, Family family, std::vector<SocketNumber>& transfer_numbers) {
        UdpSocketSettings settings{family, plan.config->tftp_port, true, true, plan.config->tftp.dscp};
        auto listener = UdpSocket::open(settings);
        if (!listener && listener.error() == EAFNOSUPPORT) {
            LOG_WARN(tftp_logger, TFTP_FAMILY_MISSING)
                .arg(family == Family::v4 ? "IPv4" : "IPv6")
                .arg(std::strerror(EAFNOSUPPORT));
            return;
        }
        if (!listener) {
            throw ConfigError({"tftp-port", 0, 0}, why_not(listener.error(), settings.port));
        }
        const auto listener_number = add(*std::move(listener), true);
        if (plan.single_port) {
            transfer_numbers.push_back(listener_number);
            return;
        }
        settings.shared = settings.timestamps = false;
        int error = 0;
        const auto choices =
            plan.transfer_ports.empty() ? std::vector<std::uint16_t>(transfer_sockets, 0) : plan.transfer_ports;
        for (const auto port : choices) {
            settings.port = port;
            auto socket = UdpSocket::open(settings);
            if (!socket) {
                error = socket.error();
                continue;  // taken by somebody else; the range has others
            }
            transfer_numbers.push_back(add(*std::move(socket), false));
            if (transfer_numbers.size() == transfer_sockets) {
                break;
            }
        }
        if (transfer_numbers.empty()) {
            throw ConfigError({"transfer-ports", 0, 0}, why_not(error, settings.port));
        }
    }

    SocketNumber add(UdpSocket socket, bool listener) {
        const auto number = outbox.add(socket.fd(), socket.can_segment());
        ports.push_back(std::make_unique<Port>(*io, std::move(socket), number, listener));
        return number;
    }

    void run() {
        pthread_setname_np(pthread_self(), name.c_str());
        for (auto& port : ports) {
            wait(*port);
        }
        while (!io->stopped()) {
            taken = 0;
            io->run_one();
            io->poll();
            if (service->sessions() >= crowd && taken < service->sessions() / crowd_share) {
                clock_nanosleep(CLOCK_MONOTONIC, 0, &crowd_pause, nullptr);
            }
        }
        has_ended = true;
    }

    void wait(Port& port) {
        port.descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this, &port](error_code error) {
            if (!error) {
                receive(port);
                if (port.descriptor.is_open()) {
                    wait(port);
                }
            }
        });
    }

    void receive(Port& port) {
        for (std::size_t batch = 0; batch < batches_in_a_row; ++batch) {
            const auto count = inbox.receive(port.socket.fd());
            taken += count;
            if (const auto drops = inbox.kernel_drops()) {
                counters.add(Counter::tftp_kernel_drops, *drops - port.kernel_drops);
                port.kernel_drops = *drops;
            }
            const auto now = Clock::now();
            const std::chrono::nanoseconds wall_clock =
                port.listener ? std::chrono::system_clock::now().time_since_epoch() : std::chrono::nanoseconds{};
            for (std::size_t index = 0; index < count; ++index) {
                const auto incoming = inbox.at(index, port.number, wall_clock);
                if (port.listener) {
                    service->on_listener(incoming, now);
                } else {
                    service->on_transfer_socket(incoming, now);
                }
            }
            if (count < ReceiveBatch::size) {
                break;
            }
            outbox.flush();
        }
        after_batch();
    }

    void after_batch() {
        outbox.flush();
        sessions.store(service->sessions(), std::memory_order_relaxed);
        if (retiring && service->sessions() == 0) {
            io->stop();
            return;
        }
        const auto next = service->next_deadline();
        if (next && (!armed || *next < armed_for)) {
            arm(*next);
        }
    }

    void arm(TimePoint when) {
        armed = true;
        armed_for = when;
        timer.expires_at(when);
        timer.async_wait([this](error_code error) {
            if (error) {
                return;  // armed for an earlier time meanwhile
            }
            armed = false;
            service->on_timer(Clock::now());
            after_batch();
        });
    }

    void stop_listening(bool close_listeners) {
        service->take_no_new_requests();
        if (close_listeners) {
            for (auto& port : ports) {
                if (port->listener) {
                    port->close();
                }
            }
        }
    }

    /// On the worker's thread, or before and after it runs: whoever calls waits its turn.
    void post(std::function<void()> task) {
        boost::asio::post(*io, [this, later = std::move(task)] {
            later();
            after_batch();
        });
    }

    std::vector<TransferStatus> status(std::size_t at_most) const {
        std::vector<TransferStatus> all;
        service->table().for_each([&](const Session& session) {
            if (all.size() < at_most) {
                TransferStatus one{session.key.phone.full_text(), escaped(session.name), session.source, 0, 0};
                if (session.transfer) {
                    one.bytes = session.transfer->statistics().bytes;
                    one.resent = session.transfer->statistics().resent;
                }
                all.push_back(std::move(one));
            }
        });
        return all;
    }

    std::shared_ptr<io_context> io;
    boost::asio::executor_work_guard<io_context::executor_type> work;
    boost::asio::steady_timer timer;
    const std::string name;
    const std::uint16_t single_port;
    ReceiveBatch inbox;
    SendBatch outbox;
    std::vector<std::unique_ptr<Port>> ports;
    std::optional<TftpService> service;
    bool armed = false;
    TimePoint armed_for{};
    std::size_t taken = 0;  ///< datagrams, since the thread last woke up
    bool retiring = false;
    std::optional<boost::asio::steady_timer> last_call;
    std::atomic<std::size_t> sessions{0};
    std::atomic<bool> has_ended{false};
    std::thread thread;
    ThreadPulse pulse;  // of the one who asks
};

TftpWorker::TftpWorker(const Plan& plan, Resolver& resolver, Admission& admission, TransferLog& log)
    : impl_(std::make_unique<Impl>(plan, resolver, admission, log)) {}

TftpWorker::~TftpWorker() = default;

void TftpWorker::start() {
    impl_->thread = background_thread([impl = impl_.get()] { impl->run(); });
}

void TftpWorker::configure(ConfigPtr config) {
    impl_->post([impl = impl_.get(), config = std::move(config)] {
        for (const auto& port : impl->ports) {
            if (port->descriptor.is_open()) {
                port->socket.set_dscp(config->tftp.dscp);
            }
        }
        impl->service->configure(config);
    });
}

void TftpWorker::stop_listening() {
    impl_->post([impl = impl_.get()] { impl->stop_listening(!impl->service->single_port()); });
}

bool TftpWorker::retire(bool keep_listening) {
    const auto idle = std::make_shared<std::promise<bool>>();
    impl_->post([impl = impl_.get(), keep_listening, idle] {
        impl->retiring = true;
        if (!keep_listening) {
            impl->stop_listening(!impl->service->single_port());
        }
        idle->set_value(impl->service->sessions() == 0);
        if (!keep_listening) {
            return;
        }
        impl->last_call.emplace(*impl->io, single_port_grace);
        impl->last_call->async_wait([impl](error_code error) {
            if (!error) {
                impl->service->cancel_all(Clock::now());
                impl->after_batch();
            }
        });
    });
    return idle->get_future().get();
}

void TftpWorker::stop() {
    if (!impl_->thread.joinable()) {
        return;
    }
    boost::asio::post(*impl_->io, [impl = impl_.get()] {
        impl->service->cancel_all(Clock::now());
        impl->outbox.flush();
        impl->sessions = 0;
        impl->io->stop();
    });
    impl_->thread.join();
}

std::uint16_t TftpWorker::single_port() const {
    return impl_->single_port;
}

unsigned TftpWorker::beat() {
    return impl_->pulse.beat([this](std::function<void()> work) { boost::asio::post(*impl_->io, std::move(work)); });
}

const std::string& TftpWorker::name() const {
    return impl_->name;
}

bool TftpWorker::ended() const {
    return impl_->has_ended;
}

std::size_t TftpWorker::transfers() const {
    return impl_->sessions.load(std::memory_order_relaxed);
}

int TftpWorker::smallest_receive_buffer() const {
    auto smallest = UdpSocket::wanted_receive_buffer;
    for (const auto& port : impl_->ports) {
        smallest = std::min(smallest, port->socket.receive_buffer());
    }
    return smallest;
}

std::future<std::vector<TransferStatus>> TftpWorker::status(std::size_t at_most) {
    auto promise = std::make_shared<std::promise<std::vector<TransferStatus>>>();
    auto future = promise->get_future();
    impl_->post([impl = impl_.get(), promise, at_most] { promise->set_value(impl->status(at_most)); });
    return future;
}

}  // namespace branchline
