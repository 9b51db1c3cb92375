#include "tftpd/ctl/console_words.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <optional>

namespace branchline {
namespace {

/// The terminal shows nothing of what is typed for as long as this lives.
class Unseen {
public:
    Unseen() {
        if (::tcgetattr(STDIN_FILENO, &before_) == 0) {
            auto quiet = before_;
            quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
        }
    }
    ~Unseen() {
        if (changed_) {
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        }
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;

private:
    termios before_{};
    bool changed_ = false;
};

std::optional<std::string> typed(const std::string& question) {
    const Unseen unseen;
    std::cerr << question << ": " << std::flush;
    std::string line;
    const bool there = static_cast<bool>(std::getline(std::cin, line));
    std::cerr << '\n';
    return there ? std::optional(line) : std::nullopt;
}

}  // namespace

ExitStatus set_console_password(Request request) {
    std::optional<std::string> password;
    if (::isatty(STDIN_FILENO) != 0) {
        password = typed("New password");
        if (password && typed("The same again") != password) {
            std::cerr << "branchlinectl: the two are not the same; nothing was changed.\n";
            return exit_failed;
        }
    } else if (std::string line; std::getline(std::cin, line)) {
        password = line;
    }
    if (!password || password->empty()) {
        std::cerr << "branchlinectl: no password was given; nothing was changed.\n";
        return exit_failed;
    }
    request.text_argument("password", *password);
    return send(request);
}

}  // namespace branchline
