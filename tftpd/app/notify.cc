#include "tftpd/app/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace branchline {
namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

}  // namespace

ServiceManager::ServiceManager() : socket_(variable("NOTIFY_SOCKET")) {
    const bool usable = !socket_.empty() && (socket_[0] == '/' || socket_[0] == '@');
    if (!usable || socket_.size() >= sizeof(sockaddr_un::sun_path)) {
        socket_.clear();
        return;
    }
    if (socket_[0] == '@') {
        socket_[0] = '\0';
    }
    // The variables may have been meant for whoever started us (sd_watchdog_enabled(3)).
    const auto meant_for = variable("WATCHDOG_PID");
    watched_ = !variable("WATCHDOG_USEC").empty() && (meant_for.empty() || meant_for == std::to_string(::getpid()));
}

void ServiceManager::ready(const std::string& status) {
    status_ = status;
    tell("READY=1\nSTATUS=" + status);
}

void ServiceManager::reloading(TimePoint now) {
    const auto since_boot = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(since_boot));
}

void ServiceManager::stopping(const std::string& status) {
    status_ = status;
    tell("STOPPING=1\nSTATUS=" + status);
}

void ServiceManager::status_is(const std::string& status) {
    if (status != status_) {
        status_ = status;
        tell("STATUS=" + status);
    }
}

void ServiceManager::alive() {
    if (watched_) {
        tell("WATCHDOG=1");
    }
}

void ServiceManager::tell(std::string_view message) const {
    if (socket_.empty()) {
        return;
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
        return;
    }
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    (void)!::sendto(socket, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                    reinterpret_cast<const sockaddr*>(&address), size);
    ::close(socket);
}

}  // namespace branchline
