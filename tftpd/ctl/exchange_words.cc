#include "tftpd/ctl/exchange_words.h"

#include "tftpd/ctl/command_line.h"
#include "tftpd/ctl/rows.h"

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

constexpr int look_every = 200;    // milliseconds between questions to the daemon
constexpr std::size_t group = 4;   // digits
constexpr std::size_t groups = 8;  // in a line

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) {
    interrupted = 1;
}

// A line from the terminal, if one comes within the time; empty at its end.
std::optional<std::string> typed_within(int milliseconds) {
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (::poll(&input, 1, milliseconds) <= 0) {
        return std::nullopt;
    }
    std::string line;
    std::getline(std::cin, line);
    return line;
}

/// What stands on the command line.
struct Given {
    std::string address;
    std::string fingerprint;
    std::string cluster;
    std::int64_t port = 0;
    std::int64_t seconds = 0;
};

/// An exchange that was begun, until it is over.
class Attendance {
public:
    explicit Attendance(Request request) : request_(std::move(request)) {}

    ExitStatus attend() {
        for (;;) {
            if (interrupted != 0) {
                return cancel("interrupted; the exchange is over, and nothing was changed here.");
            }
            const auto answer = status();
            const auto now = answer ? member(answer, "arguments") : nullptr;
            if (!now && interrupted == 0) {
                return exit_failed;
            }
            if (!now) {
                continue;  // the question was interrupted, too
            }
            const auto state = text(now, "state");
            if (state == "done" || state == "failed") {
                return over(answer, state == "done");
            }
            tell(now);
            if (state != "unconfirmed") {
                ::poll(nullptr, 0, look_every);
            } else if (const auto said = ask_operator(); said && *said != exit_done) {
                return *said;
            }
        }
    }

private:
    ConstElementPtr send_word(const char* command, const std::string& fingerprint = {}) {
        Request word;
        word.socket = request_.socket;
        word.ask(command);
        word.text_argument("fingerprint", fingerprint);
        return ask(word);
    }
    ConstElementPtr status() { return send_word("tftp-trust-exchange-status"); }

    ExitStatus cancel(const std::string& why) {
        send_word("tftp-trust-exchange-cancel");
        std::cerr << "branchlinectl: " << why << '\n';
        return exit_failed;
    }

    ExitStatus over(const ConstElementPtr& answer, bool done) {
        if (request_.json) {
            std::cout << isc::data::prettyPrint(answer, 0, 4) << '\n';
        } else {
            (done ? std::cout : std::cerr) << (done ? "" : "branchlinectl: ") << member(answer, "text")->stringValue() << '\n';
        }
        return done ? exit_done : exit_failed;
    }

    // What is new, once.
    void tell(const ConstElementPtr& now) {
        const auto state = text(now, "state");
        const auto fingerprint = member(now, "fingerprint");
        const auto shown = fingerprint ? fingerprint->stringValue() : std::string();
        if (state == told_ && shown == fingerprint_) {
            return;
        }
        told_ = state;
        if (!shown.empty() && shown != fingerprint_) {
            std::cerr << text(now, "other") << " shows the fingerprint\n" << in_groups(shown);
        }
        fingerprint_ = shown;
        if (state == "confirmed") {
            std::cerr << "Waiting for the other side's yes.\n";
        } else if (state == "waiting" && member(now, "text")) {
            std::cerr << text(now, "text") << "; waiting again.\n";
        }
        asked_ = false;
    }

    /// exit_done: he said yes; none: nothing yet.
    std::optional<ExitStatus> ask_operator() {
        if (!std::exchange(asked_, true)) {
            std::cerr << "Does the other box show the same as its own? [yes/no] " << std::flush;
        }
        const auto line = typed_within(look_every);
        if (!line) {
            return std::nullopt;
        }
        if (*line != "yes") {
            return cancel("the exchange is over, and nothing was changed here.");
        }
        const auto answer = send_word("tftp-trust-exchange-confirm", fingerprint_);
        return answer ? std::optional(exit_done) : std::optional(exit_failed);
    }

    Request request_;
    std::string told_{};
    std::string fingerprint_{};
    bool asked_ = false;
};

}  // namespace

void add_exchange_words(CommandLine& line) {
    auto& exchange = line.group("exchange", "clusters and certificates exchanged with another box");
    const auto given = std::make_shared<Given>();
    const auto add = [&](const char* word, const char* help, const char* command) -> CLI::App& {
        auto& added = *exchange.add_subcommand(word, help);
        added.add_option("--fingerprint", given->fingerprint,
                         "what the other box shows as its own, all digits; nobody is asked then");
        added.add_option("--cluster", given->cluster, "what the other box is called here; without it what it calls itself");
        added.add_option("--port", given->port, "TCP, the same on both sides; without it 6973")->check(CLI::Range(1, 65535));
        added.add_option("--timeout", given->seconds, "seconds until it is given up; without it 600")
            ->check(CLI::Range(10, 3600));
        added.callback([&line, given, command] {
            line.request.ask(command);
            line.request.text_argument("address", given->address);
            line.request.text_argument("fingerprint", given->fingerprint);
            line.request.text_argument("cluster-id", given->cluster);
            for (const auto& [name, value] : {std::pair{"port", given->port}, std::pair{"timeout", given->seconds}}) {
                if (value != 0) {
                    line.request.argument(name, Element::create(value));
                }
            }
            line.instead = [&line] { return run_exchange(line.request); };
        });
        return added;
    };
    add("offer", "wait for the other box, show its fingerprint and ask for a yes", "tftp-trust-exchange-offer");
    add("with", "go to a box that offers, show its fingerprint and ask for a yes", "tftp-trust-exchange-with")
        .add_option("ADDRESS", given->address, "the other box's")
        ->required();
    line.simple(exchange, "status", "how far the last one is", "tftp-trust-exchange-status", exchange_text);
    line.simple(exchange, "cancel", "end the one that is under way", "tftp-trust-exchange-cancel");
}

std::string in_groups(const std::string& fingerprint) {
    std::string shown;
    for (std::size_t at = 0; at < fingerprint.size(); at += group) {
        const bool begins_line = at % (group * groups) == 0;
        shown += (begins_line ? (at == 0 ? "    " : "\n    ") : " ") + fingerprint.substr(at, group);
    }
    return shown + '\n';
}

std::string exchange_text(const ConstElementPtr& arguments) {
    std::vector<Row> rows{{"state", text(arguments, "state")}};
    for (const auto* name : {"text", "other", "fingerprint", "own-fingerprint"}) {
        if (member(arguments, name)) {
            rows.push_back({name, text(arguments, name)});
        }
    }
    return table(rows);
}

ExitStatus run_exchange(Request request) {
    struct sigaction action{};
    action.sa_handler = interrupt;
    action.sa_flags = SA_RESTART;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaction(signal, &action, nullptr);
    }
    if (!member(request.arguments, "fingerprint") && ::isatty(STDIN_FILENO) == 0) {
        std::cerr
            << "branchlinectl: there is no terminal to ask at; say --fingerprint with what the other box shows as its own.\n";
        return exit_failed;
    }
    const auto begun = ask(request);
    const auto arguments = begun ? member(begun, "arguments") : nullptr;
    if (!arguments) {
        return begun ? show(request, begun) : exit_failed;
    }
    std::cerr << "This box's fingerprint, to be compared on the other one:\n"
              << in_groups(text(arguments, "own-fingerprint")) << member(begun, "text")->stringValue() << '\n';
    return Attendance(std::move(request)).attend();
}

}  // namespace branchline
