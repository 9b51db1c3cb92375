#include "tftpd/app/command_line.h"

#include "tftpd/base/decimal.h"

#include <unistd.h>

#include <string_view>

namespace branchline {

const char* const usage_text =
    "usage: branchline-tftpd -c FILE [-d] [-p PORT]\n"
    "       branchline-tftpd -t FILE | -T FILE | -v | -V | -W | -h\n"
    "\n"
    "  -c FILE  serve with the configuration in FILE (usually /etc/kea/branchline-tftpd.conf)\n"
    "  -t FILE  check FILE and exit\n"
    "  -T FILE  check FILE and what it names: directories, ports, sockets; and exit\n"
    "  -d       log everything, to the terminal if FILE does not say where\n"
    "  -p PORT  serve TFTP at PORT instead of \"tftp-port\" (for tests)\n"
    "  -v       print the version; -V with what it is linked with; -W with how it was built\n"
    "  -h       print this\n"
    "\n"
    "Exit status: 0 good, 1 bad configuration, 2 wrong usage.\n";

namespace {

bool read_port(std::string_view text, CommandLine& line) {
    const auto port = decimal<std::uint16_t>(text);
    if (!port || *port == 0) {
        return false;
    }
    line.tftp_port = port;
    return true;
}

CommandLine wrong(const std::string& fault) {
    CommandLine line;
    line.fault = fault;
    return line;
}

}  // namespace

CommandLine read_command_line(int argc, char** argv) {
    using Action = CommandLine::Action;
    CommandLine line;
    int actions = 0;
    const auto choose = [&](Action action, const char* file = nullptr) {
        line.action = action;
        line.file = file != nullptr ? file : "";
        ++actions;
    };
    optind = 1;
    opterr = 0;
    for (int option = 0; (option = ::getopt(argc, argv, ":c:t:T:dvVWhp:")) != -1;) {
        switch (option) {
            case 'c':
                choose(Action::run, optarg);
                break;
            case 't':
                choose(Action::check, optarg);
                break;
            case 'T':
                choose(Action::check_environment, optarg);
                break;
            case 'v':
                choose(Action::version);
                break;
            case 'V':
                choose(Action::extended_version);
                break;
            case 'W':
                choose(Action::build_report);
                break;
            case 'h':
                choose(Action::help);
                break;
            case 'd':
                line.debug = true;
                break;
            case 'p':
                if (!read_port(optarg, line)) {
                    return wrong("-p needs a port from 1 to 65535");
                }
                break;
            case ':':
                return wrong(std::string("-") + static_cast<char>(optopt) + " needs a value");
            default:
                return wrong(std::string("-") + static_cast<char>(optopt) + " is no option of this program");
        }
    }
    if (optind < argc) {
        return wrong(std::string("what is \"") + argv[optind] + "\" meant to be? A file is given with -c, -t or -T");
    }
    if (actions != 1) {
        return wrong(actions == 0 ? "nothing to do: give one of -c, -t, -T, -v, -V, -W, -h"
                                  : "only one of -c, -t, -T, -v, -V, -W, -h can be given");
    }
    return line;
}

}  // namespace branchline
