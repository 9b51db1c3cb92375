// branchlinectl: the operator's command line. Each word is one command over the daemon's control socket and a way to show its
// answer. docs/man/branchlinectl.1 and the completions beside this file name the same words; a test holds them together.
#include "tftpd/ctl/command_line.h"
#include "tftpd/ctl/console_words.h"
#include "tftpd/ctl/long_work.h"
#include "tftpd/ctl/system_words.h"
#include "tftpd/ctl/tables.h"

#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>

namespace {

using namespace branchline;
using isc::data::ConstElementPtr;
using isc::data::Element;

// The daemon's own check tells file, line and column, and needs no running daemon.
int test_file(const std::string& file) {
    ::execlp("branchline-tftpd", "branchline-tftpd", "-t", file.c_str(), nullptr);
    ::execl("/usr/sbin/branchline-tftpd", "branchline-tftpd", "-t", file.c_str(), nullptr);
    std::cerr << "branchlinectl: cannot start branchline-tftpd to check the file; is it in PATH or in /usr/sbin?\n";
    return exit_failed;
}

std::string raw(const ConstElementPtr& arguments) {
    return isc::data::prettyPrint(arguments, 0, 4) + '\n';
}

std::string version_text(const ConstElementPtr& arguments) {
    const auto extended = arguments->get("extended");
    return (extended ? extended->stringValue() : "-") + '\n';
}

void add_daemon(CommandLine& line) {
    struct Given {
        std::string name;
        std::string file;
        bool reset = false;
    };
    const auto given = std::make_shared<Given>();
    line.simple(line.app, "status", "is it running, is it serving", "status-get", status_text);
    auto* statistics = line.app.add_subcommand("statistics", "everything that is counted, or one of it");
    statistics->add_option("NAME", given->name, "such as http-requests");
    statistics->add_flag("--reset", given->reset, "set to zero");
    statistics->callback([&line, given] {
        line.request.ask(std::string(given->reset ? "statistic-reset" : "statistic-get") + (given->name.empty() ? "-all" : ""),
                         statistics_table);
        line.request.text_argument("name", given->name);
    });
    line.simple(line.app, "version", "the running daemon's version", "version-get", version_text);
    line.simple(line.app, "reload", "take the configuration file anew", "config-reload");
    line.simple(line.app, "config-get", "the running configuration", "config-get", configuration_text);
    line.simple(line.app, "stop", "stop the daemon in order", "shutdown");
    line.simple(line.app, "build-report", "what the running daemon was built with", "build-report");
    auto* write = line.app.add_subcommand("config-write", "write the running configuration to its file");
    write->add_option("FILE", given->file, "another name in the same directory");
    write->callback([&line, given] {
        line.request.ask("config-write");
        line.request.text_argument("filename", given->file);
    });
    auto* test = line.app.add_subcommand("config-test", "check a configuration file without taking it");
    test->add_option("FILE", given->file, "the file")->required();
    test->callback([&line, given] { line.instead = [given] { return test_file(given->file); }; });
}

void add_service(CommandLine& line) {
    struct Given {
        std::int64_t timeout = 30;
        bool no_wait = false;
    };
    const auto given = std::make_shared<Given>();
    auto& service = line.group("service", "serving phones, while the daemon runs on");
    line.simple(service, "status", "is it serving, why not, and the transfers under way", "tftp-service-status", service_text);
    line.simple(service, "start", "serve again", "tftp-service-start");
    auto* stop = service.add_subcommand("stop", "take no new requests, and wait for those under way");
    stop->add_option("--timeout", given->timeout, "seconds that those under way may take; then they are cut off")
        ->check(CLI::Range(0, 3600))
        ->capture_default_str();
    stop->add_flag("--no-wait", given->no_wait, "return at once");
    stop->callback([&line, given] {
        line.request.ask("tftp-service-stop");
        line.request.argument("timeout", Element::create(given->timeout));
        if (!given->no_wait) {
            line.instead = [&line] { return stop_service(line.request); };
        }
    });
}

void add_scopes(CommandLine& line) {
    auto& scope = line.group("scope", "the DHCP servers' scopes");
    line.simple(scope, "list", "each with its pools, the TFTP servers that phones are told, and options", "dhcp-scope-list",
                scope_table);
}

void add_console(CommandLine& line) {
    auto& console = line.group("console", "the web console");
    auto* password = console.add_subcommand("password", "set one: the first, or a new one when it was forgotten");
    const auto user = std::make_shared<std::string>();
    password->add_option("USER", *user, "operator, or viewer");
    password->callback([&line, user] {
        line.request.ask("console-password-set");
        line.request.text_argument("user", *user);
        line.instead = [&line] { return set_console_password(line.request); };
    });
}

void add_system(CommandLine& line) {
    struct Given {
        std::string host;
        int seconds = 0;
    };
    const auto given = std::make_shared<Given>();
    auto& system = line.group("system", "the appliance itself: state, updates, configuration, backup");
    system.add_option("--host", given->host, "not this box but that one, by SSH");
    for (const auto& [word, help] : system_words) {
        auto* added = system.add_subcommand(word, help);
        if (std::string(word) == "configure") {
            added->add_option("--seconds", given->seconds, "how long a trial takes before the old configuration comes back")
                ->check(CLI::Range(30, 3600));
        }
        added->callback([&line, given, word] {
            line.instead = [given, word] { return run_system_command(system_command(given->host, word, given->seconds)); };
        });
    }
}

void add_send(CommandLine& line) {
    struct Given {
        std::string command;
        std::string arguments;
    };
    const auto given = std::make_shared<Given>();
    auto* any = line.app.add_subcommand("send", "any command, as it is");
    any->add_option("COMMAND", given->command, "such as list-commands")->required();
    any->add_option("ARGUMENTS", given->arguments, "a JSON map");
    any->callback([&line, given] {
        line.request.ask(given->command, raw);
        if (!given->arguments.empty()) {
            line.request.arguments = json_of("ARGUMENTS", given->arguments);
        }
    });
}

}  // namespace

int main(int argc, char** argv) {
    CommandLine line;
    add_daemon(line);
    add_cluster_words(line);
    add_file_words(line);
    add_service(line);
    add_trust_words(line);
    add_exchange_words(line);
    add_phone_words(line);
    add_scopes(line);
    add_console(line);
    add_system(line);
    add_send(line);
    return line.run(argc, argv);
}
