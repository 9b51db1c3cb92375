// From a file in Kea's dialect to a Config. Every rule the operator can break is checked here or in cluster_rules, with a
// message that says where, what, the rule and the way out. docs/configuration.md is the same for people.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/config/config_error.h"
#include "tftpd/config/machine.h"

#include <cc/data.h>

#include <string>
#include <vector>

namespace branchline {

/// A document and what it means.
struct ReadConfig {
    isc::data::ElementPtr document;  ///< the whole document, {"Tftpd": {…}}
    ConfigPtr config;
    std::vector<std::string> warnings;  ///< worth a log line, not an error: "file:line:column: …"
};

/// Reads and checks a file. Throws ConfigError.
ReadConfig read_config_file(const std::string& path, const Machine& machine = this_machine());

/// Checks a document that came over the control socket ("config-set"); positions then count in the command's text, and the
/// message says the value's JSON pointer (RFC 6901) too. Throws ConfigError.
ReadConfig read_config_document(const isc::data::ConstElementPtr& document, const Machine& machine = this_machine());

/// `-T`: also opens what the configuration names (directories, sockets' directories, ports). An interface or address that is
/// not there is no fault: it is served as soon as it comes. Throws ConfigError on the first thing that would keep the daemon
/// from serving; with the document, at the value that names it.
void check_environment(const Config& config, const isc::data::ConstElementPtr& document = {});

}  // namespace branchline
