#include "tftpd/client/daemon_client.h"

#include <exceptions/exceptions.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds connect_again{10};  ///< unix(7): a full backlog says EAGAIN and cannot be polled for

struct Descriptor {
    int number;
    explicit Descriptor(int given) : number(given) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) {
            ::close(number);
        }
    }
};

/// How long it may all take, and until when that is.
struct Deadline {
    milliseconds limit;
    Clock::time_point end = Clock::now() + limit;

    [[nodiscard]] int left() const {
        return static_cast<int>(std::max(milliseconds(0), std::chrono::ceil<milliseconds>(end - Clock::now())).count());
    }
    [[nodiscard]] Failure passed() const {
        const auto ms = limit.count();
        return {"no answer within " + (ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms") +
                "; is branchline-tftpd busy or stopped? What was asked for may still be done"};
    }
};

Failure why_not_connected(const std::string& socket, int error) {
    const std::string start = "start it with \"systemctl start branchline-tftpd\", or \"branchline-tftpd -c FILE\"";
    switch (error) {
        case ENOENT:
            return {"there is no " + socket + ": branchline-tftpd is not running (" + start +
                    "), or its \"control-socket\" is another one"};
        case ECONNREFUSED:
            return {"nobody listens at " + socket + ": branchline-tftpd has ended without taking its socket away; " + start};
        case EACCES:
        case EPERM:
            return {"this user may not use " + socket + ": become root, or a member of the group that owns it"};
        default:
            return {"cannot connect to " + socket + ": " + std::strerror(error)};
    }
}

/// Until `socket` is ready for `what`; false when the time is over.
bool ready(int socket, short what, const Deadline& deadline) {
    for (;;) {
        pollfd wait{socket, what, 0};
        const auto count = ::poll(&wait, 1, deadline.left());
        if (count > 0) {
            return true;
        }
        if (count == 0 || errno != EINTR) {
            return false;
        }
    }
}

Result<bool> connect_to(const Descriptor& connection, const std::string& socket, const Deadline& deadline) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket.data(), socket.size());
    while (::connect(connection.number, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        if (errno != EAGAIN && errno != EINTR) {
            return why_not_connected(socket, errno);
        }
        if (deadline.left() == 0) {
            return deadline.passed();
        }
        ::poll(nullptr, 0, std::min(deadline.left(), static_cast<int>(connect_again.count())));
    }
    return true;
}

Result<bool> send_all(int socket, std::string_view text, const Deadline& deadline) {
    while (!text.empty()) {
        const auto count = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (count >= 0) {
            text.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno == EAGAIN) {
            if (!ready(socket, POLLOUT, deadline)) {
                return deadline.passed();
            }
        } else if (errno != EINTR) {
            return Failure{std::string("the command could not be sent: ") + std::strerror(errno)};
        }
    }
    return true;
}

// The daemon closes the connection after its answer.
Result<std::string> receive_all(int socket, const Deadline& deadline) {
    std::string text;
    std::array<char, 65536> part{};
    for (;;) {
        if (!ready(socket, POLLIN, deadline)) {
            return deadline.passed();
        }
        const auto count = ::recv(socket, part.data(), part.size(), 0);
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (count < 0) {
            return Failure{std::string("the connection failed: ") + std::strerror(errno)};
        }
        if (count == 0) {
            return text;
        }
        text.append(part.data(), static_cast<std::size_t>(count));
        if (text.size() > max_answer_size) {
            return Failure{"the answer is larger than anything branchline-tftpd says"};
        }
    }
}

}  // namespace

std::string default_socket() {
    const char* directory = std::getenv("KEA_CONTROL_SOCKET_DIR");
    return std::string(directory != nullptr && *directory != '\0' ? directory : "/run/kea") + "/branchline-tftpd.sock";
}

Result<ConstElementPtr> ask_daemon(const std::string& socket, const std::string& command, const ConstElementPtr& arguments,
                                   milliseconds limit) {
    if (constexpr auto room = sizeof sockaddr_un::sun_path; socket.empty() || socket.size() >= room) {
        return Failure{"the socket's path must have 1 to " + std::to_string(room - 1) + " characters"};
    }
    const Deadline deadline{limit};
    const Descriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (connection.number < 0) {
        return Failure{std::string("cannot make a socket: ") + std::strerror(errno)};
    }
    if (const auto connected = connect_to(connection, socket, deadline); !connected) {
        return connected.error();
    }
    auto message = Element::createMap();
    message->set("command", Element::create(command));
    if (arguments) {
        message->set("arguments", arguments);
    }
    if (const auto sent = send_all(connection.number, message->str(), deadline); !sent) {
        return sent.error();
    }
    const auto text = receive_all(connection.number, deadline);
    if (!text) {
        return text.error();
    }
    const Failure not_kea{"what listens at " + socket +
                          " does not speak Kea's protocol; is it branchline-tftpd's control socket?"};
    try {
        ConstElementPtr answer = Element::fromJSON(*text);
        if (answer->getType() == Element::map && answer->contains("result") &&
            answer->get("result")->getType() == Element::integer) {
            return answer;
        }
    } catch (const std::exception&) {  // Kea's parser lets Boost's own go, too
        return not_kea;
    }
    return not_kea;
}

}  // namespace branchline
