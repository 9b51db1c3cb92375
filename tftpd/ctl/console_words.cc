#include "tftpd/ctl/console_words.h"

#include "tftpd/base/quiet_terminal.h"

#include <unistd.h>

#include <iostream>
#include <optional>

namespace branchline {
namespace {

std::optional<std::string> typed(const std::string& question) {
    const QuietTerminal quiet(STDIN_FILENO);
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
