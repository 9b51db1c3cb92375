// What the words on the command line came to: a command for the daemon and how to show its answer. Standard output carries what
// was asked for, standard error why not.
#pragma once

#include <cc/data.h>

#include <functional>
#include <string>

namespace branchline {

/// The exit statuses, as branchlinectl(1) has them.
enum ExitStatus : int {
    exit_done = 0,
    exit_failed = 1,         ///< refused, or failed; the daemon not reached
    exit_wrong_usage = 2,    ///< of the command line
    exit_nothing_there = 3,  ///< done, and there was nothing
    exit_conflict = 4,       ///< what is there already is in the way
};

struct Request {
    std::string socket;
    bool json = false;
    std::string command;
    isc::data::ElementPtr arguments{};
    /// How to print the answer's arguments; without it the answer's text is printed.
    std::function<std::string(const isc::data::ConstElementPtr& arguments)> show{};

    void ask(const std::string& name, decltype(show) how = {});
    void argument(const std::string& name, const isc::data::ElementPtr& value);
    void text_argument(const std::string& name, const std::string& value);  ///< left out if empty
    void flag_argument(const std::string& name, bool value);                ///< left out if false
};

/// Asks the daemon and shows what it says.
ExitStatus send(const Request& request);

/// Asks only. Null, and said why on standard error, if it could not be asked.
isc::data::ConstElementPtr ask(const Request& request);
/// Shows an answer as `request` wants it.
ExitStatus show(const Request& request, const isc::data::ConstElementPtr& answer);

}  // namespace branchline
