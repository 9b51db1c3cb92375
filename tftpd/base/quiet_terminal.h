// A terminal that shows nothing of what is typed, for as long as this lives: for passwords (termios(3), ECHO).
#pragma once

#include <termios.h>

namespace branchline {

class QuietTerminal {
public:
    /// What was typed ahead is thrown away. Does nothing if `fd` is no terminal.
    explicit QuietTerminal(int fd) : fd_(fd) {
        if (::tcgetattr(fd, &before_) == 0) {
            auto quiet = before_;
            quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            changed_ = ::tcsetattr(fd, TCSAFLUSH, &quiet) == 0;
        }
    }
    ~QuietTerminal() {
        if (changed_) {
            ::tcsetattr(fd_, TCSAFLUSH, &before_);
        }
    }
    QuietTerminal(const QuietTerminal&) = delete;
    QuietTerminal& operator=(const QuietTerminal&) = delete;

private:
    const int fd_;
    termios before_{};
    bool changed_ = false;
};

}  // namespace branchline
