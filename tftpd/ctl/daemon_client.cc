#include "tftpd/ctl/daemon_client.h"

#include <exceptions/exceptions.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

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

Failure why_not_connected(const std::string& socket, int error) {
    const std::string start = "start it with \"systemctl start branchline-tftpd\", or \"branchline-tftpd -c FILE\"";
    switch (error) {
        case ENOENT:
            return {"there is no " + socket + ": branchline-tftpd is not running (" + start +
                    "), or its \"control-socket\" is another one (give it with --socket)"};
        case ECONNREFUSED:
            return {"nobody listens at " + socket + ": branchline-tftpd has ended without taking its socket away; " + start};
        case EACCES:
        case EPERM:
            return {"this user may not use " + socket + ": become root, or a member of the group that owns it"};
        default:
            return {"cannot connect to " + socket + ": " + std::strerror(error)};
    }
}

bool send_all(int socket, std::string_view text) {
    while (!text.empty()) {
        const auto count = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

// The daemon closes the connection after its answer.
Result<std::string> receive_all(int socket) {
    const auto end = std::chrono::steady_clock::now() + answer_limit;
    std::string text;
    std::array<char, 65536> part{};
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        pollfd wait{socket, POLLIN, 0};
        if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) == 0) {
            return Failure{"no answer within " + std::to_string(answer_limit.count()) + " s; is the daemon busy or stopped?"};
        }
        const auto count = ::recv(socket, part.data(), part.size(), 0);
        if (count < 0 && errno == EINTR) {
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

Result<ConstElementPtr> ask_daemon(const std::string& socket, const std::string& command, const ConstElementPtr& arguments) {
    sockaddr_un address{};
    if (socket.empty() || socket.size() >= sizeof address.sun_path) {
        return Failure{"the socket's path must have 1 to " + std::to_string(sizeof address.sun_path - 1) + " characters"};
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket.data(), socket.size());
    const Descriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (connection.number < 0 ||
        ::connect(connection.number, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return why_not_connected(socket, errno);
    }

    auto message = Element::createMap();
    message->set("command", Element::create(command));
    if (arguments) {
        message->set("arguments", arguments);
    }
    if (!send_all(connection.number, message->str())) {
        return Failure{std::string("the command could not be sent: ") + std::strerror(errno)};
    }
    auto text = receive_all(connection.number);
    if (!text) {
        return Failure{text.error().text};
    }
    try {
        ConstElementPtr answer = Element::fromJSON(*text);
        if (answer->getType() == Element::map && answer->contains("result") &&
            answer->get("result")->getType() == Element::integer) {
            return answer;
        }
    } catch (const isc::Exception&) {
        // Said below: an answer that is no JSON is as wrong as one of another shape.
    }
    return Failure{"what listens at " + socket + " does not speak Kea's protocol; is it branchline-tftpd's control socket?"};
}

}  // namespace branchline
