// The daemon's command line: Kea's flags, as contract and man page promise them. Pure: nothing is opened here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace branchline {

struct CommandLine {
    enum class Action {
        run,                ///< -c FILE
        check,              ///< -t FILE
        check_environment,  ///< -T FILE
        version,            ///< -v
        extended_version,   ///< -V
        build_report,       ///< -W
        help,               ///< -h
        wrong,              ///< `fault` says what
    };
    Action action = Action::wrong;
    std::string file;
    bool debug = false;                        ///< -d
    std::optional<std::uint16_t> tftp_port{};  ///< -p
    std::string fault;
};

/// Reads main's arguments. Not for two threads at once (getopt).
CommandLine read_command_line(int argc, char** argv);

extern const char* const usage_text;

}  // namespace branchline
