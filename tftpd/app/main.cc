// branchline-tftpd. Exit status: 0 good, 1 bad configuration (the message on standard error says where), 2 wrong usage.
#include "tftpd/app/command_line.h"
#include "tftpd/app/daemon.h"
#include "tftpd/app/logging.h"
#include "tftpd/app/server_identity.h"
#include "tftpd/config/config_error.h"
#include "tftpd/config/config_reader.h"
#include "tftpd/control/version.h"

#include <exception>
#include <iostream>

namespace {

constexpr int good = 0;
constexpr int bad_configuration = 1;
constexpr int wrong_usage = 2;

void check(const branchline::CommandLine& line, bool environment) {
    branchline::start_logging(line.debug);
    const auto read = branchline::read_config_file(line.file);
    const branchline::Loggers readable(read.document, line.debug);
    for (const auto& warning : read.warnings) {
        std::cerr << "warning: " << warning << '\n';
    }
    if (environment) {
        branchline::check_environment(*read.config, read.document);
        branchline::check_server_identity(*read.config, read.document);
    }
    std::cout << line.file << ": the configuration is good\n";
}

void serve(const branchline::CommandLine& line) {
    branchline::Daemon daemon({line.file, line.debug, line.tftp_port});
    daemon.start();
    daemon.run();
}

int act(const branchline::CommandLine& line) {
    using Action = branchline::CommandLine::Action;
    switch (line.action) {
        case Action::run:
            serve(line);
            return good;
        case Action::check:
        case Action::check_environment:
            check(line, line.action == Action::check_environment);
            return good;
        case Action::version:
            std::cout << branchline::version() << '\n';
            return good;
        case Action::extended_version:
            std::cout << branchline::extended_version() << '\n';
            return good;
        case Action::build_report:
            std::cout << branchline::build_report() << '\n';
            return good;
        case Action::help:
            std::cout << branchline::usage_text;
            return good;
        case Action::wrong:
            break;
    }
    std::cerr << "branchline-tftpd: " << line.fault << '\n' << branchline::usage_text;
    return wrong_usage;
}

}  // namespace

int main(int argc, char** argv) {
    const auto line = branchline::read_command_line(argc, argv);
    try {
        return act(line);
    } catch (const branchline::ConfigError& error) {
        const auto nowhere = error.position().file.empty();
        std::cerr << (nowhere ? line.file + ": " : "") << error.what() << '\n';
    } catch (const std::exception& error) {
        std::cerr << line.file << ": cannot start: " << error.what() << '\n';
    }
    return bad_configuration;
}
