#include "tftpd/signer/signer_service.h"

#include <sys/socket.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace branchline {
namespace {

// Answers one message; false if the other side is gone.
bool serve_one(int fd, SigningDesk& desk, Bytes& buffer) {
    const auto got = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    if (got == 0 || static_cast<std::size_t>(got) > buffer.size()) {
        return false;
    }
    const auto answer = desk.answer(ByteView(buffer).first(static_cast<std::size_t>(got)));
    // Not waited for: who asks one thing at a time has room for the answer.
    return ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT) == static_cast<ssize_t>(answer.size());
}

}  // namespace

bool serve_signer(int listening, int stop, SigningDesk& desk) {
    Bytes buffer(trust::max_signer_message);
    std::vector<pollfd> watched{{.fd = stop, .events = POLLIN, .revents = 0},
                                {.fd = listening, .events = POLLIN, .revents = 0}};
    const auto close_all = [&watched] {
        for (std::size_t i = 2; i < watched.size(); ++i) {
            ::close(watched[i].fd);
        }
    };
    for (;;) {
        watched[1].events = watched.size() - 2 < max_signer_clients ? POLLIN : 0;
        if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) {
            close_all();
            return false;
        }
        if (watched[0].revents != 0) {
            close_all();
            return true;
        }
        for (std::size_t i = watched.size(); i-- > 2;) {
            if (watched[i].revents != 0 && !serve_one(watched[i].fd, desk, buffer)) {
                ::close(watched[i].fd);
                watched.erase(watched.begin() + static_cast<std::ptrdiff_t>(i));
            }
        }
        if (watched[1].revents != 0) {
            const int fd = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (fd >= 0) {
                watched.push_back({.fd = fd, .events = POLLIN, .revents = 0});
            } else if (errno == EBADF || errno == EINVAL || errno == ENOTSOCK) {
                close_all();
                return false;
            }
        }
    }
}

}  // namespace branchline
