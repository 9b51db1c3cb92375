// "branchlinectl system WORD": the appliance itself, beside its daemon: its state, updates, configuration, backup. The work is
// done by /usr/lib/branchline/system of the firmware (image/rootfs); this only finds it, on this box or with --host by SSH on
// another.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace branchline {

struct SystemWord {
    const char* word;
    const char* help;
};

inline constexpr std::array<SystemWord, 11> system_words{{
    {"status", "addresses, services, slots, the last refusal"},
    {"update", "take the bundle from the configured address, and restart"},
    {"rollback", "start the version before, from the other slot"},
    {"restart", "restart the box"},
    {"off", "switch the box off"},
    {"configure", "take a tar of configuration files from standard input, on trial"},
    {"confirm", "keep the configuration that is on trial"},
    {"backup", "configuration and keys to standard output, sealed with the passphrase on standard input's first line"},
    {"restore", "a backup from standard input, after a line with its passphrase"},
    {"console-password", "set the web console's operator's password: the first line of standard input"},
    {"support", "a tar.gz of what a supporter wants to see to standard output, without secrets"},
}};

/// The command line that does it: the firmware's program, or ssh to `host` if that is not empty. `seconds` is for "configure":
/// how long a trial takes, 0 = as the box thinks best.
std::vector<std::string> system_command(const std::string& host, const std::string& word, int seconds);

/// Becomes that command; returns only if it cannot be started, with the exit status for it, having said why.
int run_system_command(const std::vector<std::string>& command);

}  // namespace branchline
