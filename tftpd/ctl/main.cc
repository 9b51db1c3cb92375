// branchlinectl: the operator's command line. Each word is one command over the daemon's control socket and a way to show its
// answer. Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 done, and there was nothing.
#include "tftpd/client/daemon_client.h"
#include "tftpd/ctl/tables.h"
#include "tftpd/ctl/trust_show.h"

#include <CLI/CLI.hpp>
#include <exceptions/exceptions.h>

#include <unistd.h>

#include <functional>
#include <iostream>
#include <string>

namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

constexpr int done = 0;
constexpr int failed = 1;
constexpr int wrong_usage = 2;
constexpr int nothing_there = 3;

constexpr int kea_success = 0;
constexpr int kea_empty = 3;

constexpr std::chrono::seconds answer_limit{60};  ///< a reload of many clusters takes time

using Show = std::function<std::string(const ConstElementPtr& arguments)>;

/// What the words on the command line came to.
struct Request {
    std::string socket = branchline::default_socket();
    bool json = false;
    std::string command;
    ElementPtr arguments;
    Show show;  ///< how to print the answer's arguments; without it the answer's text is printed

    void ask(const std::string& name, Show how = {}) {
        command = name;
        show = std::move(how);
    }
    void argument(const std::string& name, const ElementPtr& value) {
        if (!arguments) {
            arguments = Element::createMap();
        }
        arguments->set(name, value);
    }
    void text_argument(const std::string& name, const std::string& value) {
        if (!value.empty()) {
            argument(name, Element::create(value));
        }
    }
};

int send(const Request& request) {
    const auto answer = branchline::ask_daemon(request.socket, request.command, request.arguments, answer_limit);
    if (!answer) {
        std::cerr << "branchlinectl: " << answer.error().text << '\n';
        return failed;
    }
    const auto result = (*answer)->get("result")->intValue();
    const auto arguments = (*answer)->get("arguments");
    const auto text = (*answer)->get("text");
    const auto said = text ? text->stringValue() : std::string();
    if (request.json) {
        std::cout << isc::data::prettyPrint(*answer, 0, 4) << '\n';
    } else if (result != kea_success && result != kea_empty) {
        std::cerr << "branchlinectl: " << said << '\n';
    } else if (result == kea_success && request.show && arguments) {
        std::cout << request.show(arguments);
    } else {
        std::cout << said << '\n';
    }
    return result == kea_success ? done : result == kea_empty ? nothing_there : failed;
}

// The daemon's own check tells file, line and column, and needs no running daemon.
int test_file(const std::string& file) {
    ::execlp("branchline-tftpd", "branchline-tftpd", "-t", file.c_str(), nullptr);
    ::execl("/usr/sbin/branchline-tftpd", "branchline-tftpd", "-t", file.c_str(), nullptr);
    std::cerr << "branchlinectl: cannot start branchline-tftpd to check the file; is it in PATH or in /usr/sbin?\n";
    return failed;
}

std::string raw(const ConstElementPtr& arguments) {
    return isc::data::prettyPrint(arguments, 0, 4) + '\n';
}

std::string version_text(const ConstElementPtr& arguments) {
    const auto extended = arguments->get("extended");
    return (extended ? extended->stringValue() : "-") + '\n';
}

/// The words and what they ask for.
class Words {
public:
    Words() {
        app_.add_option("--socket", request_.socket, "the daemon's control socket")->capture_default_str();
        app_.add_flag("--json", request_.json, "print the answer as JSON");
        app_.require_subcommand(1);
        app_.fallthrough();
        simple("status", "is it running, is it serving", "status-get", branchline::status_text);
        simple("statistics", "everything that is counted", "statistic-get-all", branchline::statistics_table);
        simple("version", "the running daemon's version", "version-get", version_text);
        simple("reload", "take the configuration file anew", "config-reload");
        simple("config-get", "the running configuration", "config-get", branchline::configuration_text);
        simple("stop", "stop the daemon in order", "shutdown");
        add_config_test();
        add_clusters();
        add_cache();
        add_trust();
        add_send();
    }

    int run(int argc, char** argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? done : wrong_usage;
        }
        if (without_daemon_) {
            return without_daemon_();
        }
        return send(request_);
    }

private:
    CLI::App* simple(const std::string& word, const std::string& help, const std::string& command, const Show& show = {},
                     CLI::App* under = nullptr) {
        auto* added = (under != nullptr ? under : &app_)->add_subcommand(word, help);
        added->callback([this, command, show] { request_.ask(command, show); });
        return added;
    }

    void add_config_test() {
        auto* test = app_.add_subcommand("config-test", "check a configuration file without taking it");
        test->add_option("FILE", file_, "the file")->required();
        test->callback([this] { without_daemon_ = [this] { return test_file(file_); }; });
    }

    void add_clusters() {
        auto* cluster = app_.add_subcommand("cluster", "the remote clusters");
        cluster->require_subcommand(1);
        simple("list", "all of them and their servers", "tftp-cluster-list", branchline::cluster_table, cluster);
        auto* get = cluster->add_subcommand("get", "one of them");
        get->add_option("CLUSTER-ID", name_, "which")->required();
        get->callback([this] {
            request_.ask("tftp-cluster-get", branchline::cluster_text);
            request_.text_argument("cluster-id", name_);
        });
    }

    void add_cache() {
        auto* cache = app_.add_subcommand("cache", "the files kept from remote clusters");
        cache->require_subcommand(1);
        auto* list = cache->add_subcommand("list", "what is kept");
        add_selection(*list);
        list->callback([this] {
            request_.ask("tftp-cache-list", branchline::cache_table);
            select();
        });
        auto* flush = cache->add_subcommand("flush", "forget files, so that they are fetched anew");
        add_selection(*flush);
        flush->add_flag("--all", all_, "everything");
        flush->callback([this] {
            request_.ask("tftp-cache-flush");
            select();
            if (all_) {
                request_.argument("all", Element::create(true));
            }
            if (!request_.arguments) {
                throw CLI::ValidationError("cache flush", "say what: NAME, --cluster, --phone or --all");
            }
        });
    }

    void add_selection(CLI::App& word) {
        word.add_option("NAME", name_, "a file's name");
        word.add_option("--cluster", cluster_, "those of this cluster");
        word.add_option("--phone", phone_, "those of this phone: a MAC address or device name");
    }

    void select() {
        request_.text_argument("name", name_);
        request_.text_argument("cluster", cluster_);
        request_.text_argument("phone", phone_);
    }

    void add_trust() {
        auto* trust = app_.add_subcommand("trust", "signatures, trust lists and certificates");
        trust->require_subcommand(1);
        auto* show = trust->add_subcommand("show", "a trust list (ITL, CTL) or a signed file, and whether its signature holds");
        show->add_option("FILE", file_, "the file")->required();
        show->callback([this] { without_daemon_ = [this] { return branchline::show_trust_file(file_, request_.json); }; });
    }

    void add_send() {
        auto* send = app_.add_subcommand("send", "any command, as it is");
        send->add_option("COMMAND", name_, "such as list-commands")->required();
        send->add_option("ARGUMENTS", json_arguments_, "a JSON map");
        send->callback([this] {
            request_.ask(name_, raw);
            if (json_arguments_.empty()) {
                return;
            }
            try {
                request_.arguments = Element::fromJSON(json_arguments_);
            } catch (const isc::Exception& error) {
                throw CLI::ValidationError("ARGUMENTS", std::string("no JSON: ") + error.what());
            }
        });
    }

    CLI::App app_{"branchlinectl asks the running branchline-tftpd, and tells it what to do.", "branchlinectl"};
    Request request_;
    std::function<int()> without_daemon_;  ///< what is done instead of asking it
    std::string file_;
    std::string name_;
    std::string cluster_;
    std::string phone_;
    std::string json_arguments_;
    bool all_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    Words words;
    return words.run(argc, argv);
}
