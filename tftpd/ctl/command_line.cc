#include "tftpd/ctl/command_line.h"

#include "tftpd/client/daemon_client.h"

#include <exception>

namespace branchline {

CommandLine::CommandLine() {
    request.socket = default_socket();
    app.add_option("--socket", request.socket, "the daemon's control socket")->capture_default_str();
    app.add_flag("--json", request.json, "print the answer as JSON");
    app.set_help_all_flag("--help-all", "every word and its options");
    app.require_subcommand(1);
    app.fallthrough();
}

CLI::App& CommandLine::group(const std::string& word, const std::string& help) {
    auto* added = app.add_subcommand(word, help);
    added->require_subcommand(1);
    return *added;
}

CLI::App& CommandLine::simple(CLI::App& under, const std::string& word, const std::string& help, const std::string& command,
                              const Show& show) {
    auto* added = under.add_subcommand(word, help);
    added->callback([this, command, show] { request.ask(command, show); });
    return *added;
}

int CommandLine::run(int argc, char** argv) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_done : exit_wrong_usage;
    }
    if (instead) {
        return instead();
    }
    return send(request);
}

isc::data::ElementPtr json_of(const char* option, const std::string& text) {
    try {
        return isc::data::Element::fromJSON(text);
    } catch (const std::exception& error) {  // Kea's parser lets Boost's own go for a number such as 1-2.
        throw CLI::ValidationError(option, std::string("no JSON: ") + error.what());
    }
}

}  // namespace branchline
