// What the words on the command line are put into: each file of words adds its own, and a word that is given says what is asked
// of the daemon, or what is done instead.
#pragma once

#include "tftpd/ctl/request.h"

#include <CLI/CLI.hpp>
#include <cc/data.h>

#include <functional>
#include <string>

namespace branchline {

class CommandLine {
public:
    using Show = decltype(Request::show);

    CommandLine();

    /// A word that other words follow.
    CLI::App& group(const std::string& word, const std::string& help);
    /// A word that asks `command`, without arguments unless its callback adds some.
    CLI::App& simple(CLI::App& under, const std::string& word, const std::string& help, const std::string& command,
                     const Show& show = {});

    /// Does what the words say. Returns the exit status.
    int run(int argc, char** argv);

    CLI::App app{"branchlinectl asks the running branchline-tftpd, and tells it what to do.", "branchlinectl"};
    Request request;
    std::function<int()> instead;  ///< what is done instead of one question and its answer
};

/// The text of `option` as JSON. Throws CLI::ValidationError.
isc::data::ElementPtr json_of(const char* option, const std::string& text);

// Each adds the words of one subject.
void add_cluster_words(CommandLine& line);
void add_exchange_words(CommandLine& line);
void add_file_words(CommandLine& line);  ///< file, cache, prewarm
void add_phone_words(CommandLine& line);
void add_trust_words(CommandLine& line);

}  // namespace branchline
