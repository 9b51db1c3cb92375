// From a file in Kea's dialect to a Config. Every rule the operator can break is checked here or in cluster_rules, with a
// message that says where, what, the rule and the way out.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/config/config_error.h"

#include <cc/data.h>

#include <string>

namespace branchline {

/// A document and what it means.
struct ReadConfig {
    isc::data::ElementPtr document;  ///< the whole document, {"Tftpd": {…}}
    ConfigPtr config;
    std::vector<std::string> warnings;  ///< worth a log line, not an error: "file:line:column: …"
};

/// Reads and checks a file. Throws ConfigError.
ReadConfig read_config_file(const std::string& path);

/// Checks a document that came over the control socket ("config-set"); positions then count in the command's text. Throws
/// ConfigError.
ReadConfig read_config_document(isc::data::ConstElementPtr document);

/// `-T`: also opens what the configuration names (directories, sockets' directories, ports, its own addresses). Throws
/// ConfigError on the first thing that would keep the daemon from serving.
void check_environment(const Config& config);

}  // namespace branchline
