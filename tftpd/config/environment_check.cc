// check_environment (config_reader.h): what `-T` opens. Nothing is left behind: directories are only looked at, sockets are
// bound and closed again. SO_REUSEPORT lets the check pass beside a running daemon, whose listeners set it too, and still finds
// another program in the way.
#include "tftpd/config/config_reader.h"
#include "tftpd/config/json_text.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <utility>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

// The mode that Kea demands of the directory of a control socket (measured with 2.6.3).
constexpr mode_t socket_directory_mode = 0750;

class EnvironmentCheck {
public:
    EnvironmentCheck(const Config& config, ConstElementPtr document) : config_(config), document_(std::move(document)) {}

    void run() const {
        check_directory(config_.files, R_OK | X_OK, "\"files\"", place({"Tftpd", "files"}));
        check_directory(config_.cache.path, R_OK | W_OK | X_OK, "the cache's \"path\"", place({"Tftpd", "cache", "path"}));
        check_socket_directories();
        check_ports();
    }

private:
    // Where the value at the end of `keys` is; where the nearest map around it is, if it is a default; nowhere without
    // document.
    [[nodiscard]] Position place(std::initializer_list<const char*> keys) const {
        ConstElementPtr element = document_;
        for (const char* key : keys) {
            if (!element || element->getType() != Element::map || !element->contains(key)) {
                break;
            }
            element = element->get(key);
        }
        return element ? position_of(*element) : Position{};
    }

    static bool may(const std::filesystem::path& path, int how) {
        return ::faccessat(AT_FDCWD, path.c_str(), how, AT_EACCESS) == 0;
    }

    // There and open for us, or to be made by us below the nearest directory that is there.
    static void check_directory(const std::filesystem::path& path, int how, const std::string& what, const Position& where) {
        std::error_code error;
        const auto status = std::filesystem::status(path, error);
        const std::string begin = what + " is " + path.string();
        if (std::filesystem::is_directory(status)) {
            if (!may(path, how)) {
                throw ConfigError(where, begin + ", which this user may not " + ((how & W_OK) != 0 ? "write" : "read") + " (" +
                                             std::strerror(errno) + "). Change its owner or mode, or name another directory.");
            }
            return;
        }
        if (std::filesystem::exists(status)) {
            throw ConfigError(where, begin + ", which is no directory. Name a directory.");
        }
        std::filesystem::path above = path.parent_path();
        while (above.has_relative_path() && !std::filesystem::exists(above, error)) {
            above = above.parent_path();
        }
        if (!may(above, W_OK | X_OK)) {
            throw ConfigError(where, begin + ", which is not there and cannot be made below " + above.string() + " (" +
                                         std::strerror(errno) + "). Make it, for the user that the daemon runs as.");
        }
    }

    void check_socket_directories() const {
        if (!config_.control_socket.empty()) {
            const auto where = place({"Tftpd", "control-socket", "socket-name"});
            const auto directory = check_socket_directory(config_.control_socket, "the control socket", where);
            struct stat status{};
            if (::stat(directory.c_str(), &status) == 0 && (status.st_mode & 07777) != socket_directory_mode) {
                throw ConfigError(where, "the control socket's directory " + directory +
                                             " must have exactly the mode 0750; Kea refuses others. Do chmod 0750 " +
                                             directory + ".");
            }
        }
        check_socket_directory(config_.event_socket, "the event socket", place({"Tftpd", "event-socket"}));
    }

    static std::string check_socket_directory(const std::string& socket, const std::string& what, const Position& where) {
        const auto directory = std::filesystem::path(socket).parent_path();
        std::error_code error;
        if (!std::filesystem::is_directory(directory, error)) {
            throw ConfigError(where, what + " is to be in " + directory.string() +
                                         ", which is no directory. Make it (mode 0750), or set KEA_CONTROL_SOCKET_DIR.");
        }
        if (!may(directory, W_OK | X_OK)) {
            throw ConfigError(where, what + " is to be in " + directory.string() + ", which this user may not write (" +
                                         std::strerror(errno) + "). Change its owner or group.");
        }
        return directory.string();
    }

    void check_ports() const {
        check_port(SOCK_DGRAM, config_.tftp_port, "\"tftp-port\"", place({"Tftpd", "tftp-port"}));
        if (config_.http_port != 0) {
            check_port(SOCK_STREAM, config_.http_port, "\"http-port\"", place({"Tftpd", "http-port"}));
        }
        for (const auto port : config_.https_ports) {
            check_port(SOCK_STREAM, port, "\"https-port\"", place({"Tftpd", "https-port"}));
        }
        if (config_.tvs_port != 0) {
            check_port(SOCK_STREAM, config_.tvs_port, "\"tvs-port\"", place({"Tftpd", "tvs-port"}));
        }
        const TransferPorts& range = config_.transfer_ports;
        for (unsigned port = range.first; range.first != 0 && port <= range.last; ++port) {
            check_port(SOCK_DGRAM, static_cast<std::uint16_t>(port), "\"transfer-ports\"", place({"Tftpd", "transfer-ports"}));
        }
    }

    static void check_port(int type, std::uint16_t port, const std::string& what, const Position& where) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        for (const bool is_v6 : {false, true}) {
            const int error = is_v6 ? try_bind(AF_INET6, type, reinterpret_cast<const sockaddr*>(&v6), sizeof v6)
                                    : try_bind(AF_INET, type, reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
            if (error == 0 || error == EAFNOSUPPORT) {  // a kernel without one of the families serves the other
                continue;
            }
            throw ConfigError(where, what + port_refused(type, port, is_v6, error));
        }
    }

    static std::string port_refused(int type, std::uint16_t port, bool is_v6, int error) {
        const std::string advice = error == EADDRINUSE ? "Stop the program that has it, or choose another port."
                                   : error == EACCES   ? "Ports below 1024 need root or the capability CAP_NET_BIND_SERVICE."
                                                       : "Choose another port.";
        return std::string(": the ") + (type == SOCK_DGRAM ? "UDP" : "TCP") + " port " + std::to_string(port) +
               " cannot be opened on " + (is_v6 ? "IPv6" : "IPv4") + " (" + std::strerror(error) + "). " + advice;
    }

    // 0, or errno.
    static int try_bind(int family, int type, const sockaddr* address, socklen_t size) {
        const int socket = ::socket(family, type | SOCK_CLOEXEC, 0);
        if (socket < 0) {
            return errno;
        }
        const int on = 1;
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        if (type == SOCK_STREAM) {
            ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        }
        if (family == AF_INET6) {
            ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        }
        const int error = ::bind(socket, address, size) == 0 ? 0 : errno;
        ::close(socket);
        return error;
    }

    const Config& config_;
    ConstElementPtr document_;
};

}  // namespace

void check_environment(const Config& config, const ConstElementPtr& document) {
    EnvironmentCheck(config, document).run();
}

}  // namespace branchline
