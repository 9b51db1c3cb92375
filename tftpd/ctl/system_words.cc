#include "tftpd/ctl/system_words.h"

#include "tftpd/ctl/request.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

namespace branchline {
namespace {

constexpr const char* program = "/usr/lib/branchline/system";

}  // namespace

std::vector<std::string> system_command(const std::string& host, const std::string& word, int seconds) {
    std::vector<std::string> command;
    if (!host.empty()) {
        // "--": a host that begins with "-" is no option.
        command = {"ssh", "--", host.find('@') == std::string::npos ? "operator@" + host : host};
    } else {
        command = {program};
    }
    command.push_back(word);
    if (seconds != 0) {
        command.push_back(std::to_string(seconds));
    }
    return command;
}

int run_system_command(const std::vector<std::string>& command) {
    std::vector<char*> words;
    words.reserve(command.size() + 1);
    for (const auto& word : command) {
        words.push_back(const_cast<char*>(word.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast): execvp's signature
    }
    words.push_back(nullptr);
    ::execvp(words[0], words.data());
    if (command[0] == program && errno == ENOENT) {
        std::cerr << "branchlinectl: this machine is no Branchline appliance; name one with --host.\n";
    } else {
        std::cerr << "branchlinectl: cannot start " << command[0] << ": " << std::strerror(errno) << "\n";
    }
    return exit_failed;
}

}  // namespace branchline
