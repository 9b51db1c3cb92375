// branchline-signer: holds the key that signs files for phones, in a process of its own and under a user of its own, so that
// the daemon, which anybody on the network talks to, cannot read it. Listens on the socket that systemd gives it
// (sd_listen_fds(3)), or on one that it makes itself, and knows no network.
#include "tftpd/signer/escrow_tool.h"
#include "tftpd/signer/signer_service.h"
#include "tftpd/trust/wall_clock.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>

namespace {

constexpr int bad_start = 1;
constexpr int wrong_usage = 2;
constexpr int first_passed_fd = 3;  // SD_LISTEN_FDS_START
constexpr int backlog = 16;

int usage() {
    std::cerr
        << "usage: branchline-signer DIRECTORY [SOCKET]\n"
           "       branchline-signer export DIRECTORY >COPY\n"
           "       branchline-signer import DIRECTORY <COPY\n"
           "DIRECTORY holds signing.key and signing.pem, which are made if they are missing. Without SOCKET the socket is the\n"
           "one that systemd passes. A copy of the key is encrypted by a passphrase.\n";
    return wrong_usage;
}

int fault(const std::string& text) {
    std::cerr << "branchline-signer: " << text << '\n';
    return bad_start;
}

// The socket that systemd passed to this process, or -1.
int passed_socket() {
    const auto number = [](const char* name) {
        const char* text = std::getenv(name);
        long value = -1;
        if (text != nullptr) {
            std::from_chars(text, text + std::strlen(text), value);
        }
        return value;
    };
    return number("LISTEN_PID") == ::getpid() && number("LISTEN_FDS") == 1 ? first_passed_fd : -1;
}

int listening_socket(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    std::copy(path.begin(), path.end(), address.sun_path);
    struct stat status{};
    if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) {
        ::unlink(path.c_str());  // an earlier one's
    }
    const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, backlog) != 0) {
        return -1;
    }
    return fd;
}

}  // namespace

int main(int count, char** words) {
    if (count < 2 || count > 3 || words[1][0] == '-') {
        return usage();
    }
    // The key is in this process's memory: no core dumps, and no other process of this user may look into it.
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0) {
        return fault("core dumps cannot be switched off");
    }
    const std::string_view word = words[1];
    if (count == 3 && (word == "export" || word == "import")) {
        ::umask(0077);
        const auto wrong = word == "export" ? branchline::export_key(words[2]) : branchline::import_key(words[2]);
        return wrong ? fault(*wrong) : 0;
    }
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, nullptr);
    const int stop = ::signalfd(-1, &stops, SFD_CLOEXEC);
    ::umask(0077);
    const int listening = count == 3 ? listening_socket(words[2]) : passed_socket();
    if (listening < 0) {
        return fault(count == 3 ? std::string(words[2]) + ": " + std::strerror(errno) : "no socket was passed; name one");
    }
    branchline::SigningDesk desk(words[1], branchline::trust::wall_now);
    return branchline::serve_signer(listening, stop, desk) ? 0 : fault("the socket failed");
}
