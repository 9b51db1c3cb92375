#include "tftpd/phones/event_receiver.h"

#include "tftpd/store/background_thread.h"
#include "tftpd/base/bytes.h"
#include "tftpd/base/counters.h"
#include "tftpd/log/log.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include "phones_messages.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace branchline {
namespace {

constexpr std::chrono::seconds look_every{2};  ///< is the socket file still ours?
constexpr int max_datagrams_at_once = 64;
constexpr mode_t socket_mode = 0660;     ///< Kea's user shares our group
constexpr int receive_buffer = 1 << 20;  ///< bytes; a site that reboots as one

Failure failure(const std::string& path, const std::string& what) {
    return Failure{path + ": " + what};
}

/// Removes what a dead daemon left at `path`; anything else there is somebody's.
Result<bool> make_room(const std::string& path, const sockaddr_un& name) {
    struct stat about{};
    if (::lstat(path.c_str(), &about) != 0) {
        return true;
    }
    if (!S_ISSOCK(about.st_mode)) {
        return failure(path, "is there and is no socket; remove it or set another \"event-socket\"");
    }
    const int probe = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool answered = probe >= 0 && ::connect(probe, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
    if (probe >= 0) {
        ::close(probe);
    }
    if (answered) {
        return failure(path, "another process listens there; is the daemon running already?");
    }
    ::unlink(path.c_str());
    return true;
}

}  // namespace

class EventReceiver::Socket : public std::enable_shared_from_this<Socket> {
public:
    Socket(std::string path, boost::asio::io_context& io, LeaseTable& table, const Listener& listener)
        : path_(std::move(path)), socket_(io), timer_(io), table_(table), listener_(listener) {}

    Result<bool> open();
    void begin() {
        wait_for_events();
        wait_for_loss();
    }
    void close();
    void run_own(std::unique_ptr<boost::asio::io_context> io);

private:
    void wait_for_events();
    void wait_for_loss();
    void receive();
    void take(ByteView datagram);
    [[nodiscard]] bool is_still_ours() const;

    // Declared first, destroyed last: the socket and the timer live in it when the thread is our own.
    std::unique_ptr<boost::asio::io_context> own_io_;
    std::thread thread_;
    const std::string path_;
    boost::asio::local::datagram_protocol::socket socket_;
    boost::asio::steady_timer timer_;
    LeaseTable& table_;
    const Listener& listener_;
    struct stat made_{};
    bool closed_ = false;
    bool lost_told_ = false;
};

Result<bool> EventReceiver::Socket::open() {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    if (path_.empty() || path_.size() >= sizeof name.sun_path) {
        return failure(path_, "a socket's path has 1 to 107 bytes");
    }
    std::copy(path_.begin(), path_.end(), name.sun_path);
    if (auto room = make_room(path_, name); !room) {
        return room;
    }
    boost::system::error_code error;
    socket_.close(error);
    socket_.open(boost::asio::local::datagram_protocol(), error);
    if (error) {
        return failure(path_, error.message());
    }
    socket_.non_blocking(true, error);
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    // The mode before the file exists, so that it is never wider than meant; and after, because the umask narrows it.
    ::fchmod(socket_.native_handle(), socket_mode);
    if (::bind(socket_.native_handle(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) {
        const std::string reason = std::strerror(errno);
        socket_.close(error);
        return failure(path_, reason);
    }
    ::chmod(path_.c_str(), socket_mode);
    ::lstat(path_.c_str(), &made_);
    return true;
}

bool EventReceiver::Socket::is_still_ours() const {
    struct stat about{};
    return ::lstat(path_.c_str(), &about) == 0 && about.st_ino == made_.st_ino && about.st_dev == made_.st_dev;
}

void EventReceiver::Socket::wait_for_events() {
    socket_.async_wait(boost::asio::socket_base::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                           if (!error && !self->closed_) {
                               self->receive();
                               self->wait_for_events();
                           }
                       });
}

void EventReceiver::Socket::wait_for_loss() {
    timer_.expires_after(look_every);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (error || self->closed_) {
            return;
        }
        if (!self->is_still_ours()) {
            const auto again = self->open();
            if (again) {
                LOG_INFO(app_logger, PHONES_EVENT_SOCKET_REMADE).arg(self->path_);
                self->lost_told_ = false;
                self->wait_for_events();
            } else if (!self->lost_told_) {
                LOG_WARN(app_logger, PHONES_EVENT_SOCKET_LOST).arg(again.error().text);
                self->lost_told_ = true;
            }
        }
        self->wait_for_loss();
    });
}

void EventReceiver::Socket::receive() {
    std::array<std::uint8_t, api::max_event_size + 1> buffer;  // one more shows that a datagram was too long
    for (int i = 0; i < max_datagrams_at_once; ++i) {
        const auto got = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0) {
            return;
        }
        take({buffer.data(), static_cast<std::size_t>(got)});
    }
}

void EventReceiver::Socket::take(ByteView datagram) {
    const auto event = api::decode(datagram);
    if (!event) {
        counters.add(Counter::lease_events_bad);
        LOG_DEBUG(app_logger, isc::log::DBGLVL_TRACE_BASIC, PHONES_EVENT_MALFORMED).arg(event.error().text);
        return;
    }
    counters.add(Counter::lease_events);
    LOG_DEBUG(app_logger, isc::log::DBGLVL_TRACE_BASIC, PHONES_EVENT)
        .arg(event->mac ? to_text(*event->mac) : "")
        .arg(escaped(event->address))
        .arg(event->family)
        .arg(static_cast<int>(event->kind))
        .arg(event->servers.size())
        .arg(escaped(event->why_none));
    table_.update(*event, Clock::now());
    if (listener_) {
        listener_(*event);
    }
}

void EventReceiver::Socket::close() {
    if (own_io_ && thread_.joinable()) {
        own_io_->stop();
        thread_.join();
    }
    if (closed_) {
        return;
    }
    closed_ = true;
    timer_.cancel();
    boost::system::error_code error;
    const bool bound = socket_.is_open();
    socket_.close(error);
    if (bound && is_still_ours()) {
        ::unlink(path_.c_str());
    }
    if (own_io_) {
        own_io_->restart();
        own_io_->poll();  // the cancelled waits hold this object
    }
}

void EventReceiver::Socket::run_own(std::unique_ptr<boost::asio::io_context> io) {
    own_io_ = std::move(io);
    thread_ = background_thread([this] {
        pthread_setname_np(pthread_self(), "lease-events");
        own_io_->run();
    });
}

EventReceiver::EventReceiver(LeaseTable& table, Listener listener) : table_(table), listener_(std::move(listener)) {}

EventReceiver::~EventReceiver() {
    stop();
}

Result<bool> EventReceiver::start(const std::string& path) {
    auto io = std::make_unique<boost::asio::io_context>(1);
    auto started = start(path, *io);
    if (started) {
        socket_->run_own(std::move(io));
    } else {
        socket_.reset();  // before the io_context that it lives in
    }
    return started;
}

Result<bool> EventReceiver::start(const std::string& path, boost::asio::io_context& io) {
    stop();
    auto socket = std::make_shared<Socket>(path, io, table_, listener_);
    auto opened = socket->open();
    if (!opened) {
        return opened;
    }
    LOG_INFO(app_logger, PHONES_EVENT_SOCKET_OPEN).arg(path);
    socket->begin();
    socket_ = std::move(socket);
    return true;
}

void EventReceiver::stop() {
    if (socket_) {
        socket_->close();
        socket_.reset();
    }
}

}  // namespace branchline
