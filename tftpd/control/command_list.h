// The commands, in groups; each group is a source of its own. A command takes its checked arguments and gives Kea's answer.
#pragma once

#include "tftpd/control/commands.h"

#include <cc/data.h>

#include <functional>
#include <string>
#include <vector>

namespace branchline {

struct Command {
    std::string name;
    /// May throw ArgumentError, ConfigError or any std::exception; whoever calls makes result 1 of it.
    std::function<isc::data::ConstElementPtr(const isc::data::ConstElementPtr& arguments)> run;
};
using CommandList = std::vector<Command>;

// `targets` outlives the commands.
CommandList configuration_commands(const CommandTargets& targets);  ///< config-*, as Kea's daemons have them
CommandList process_commands(const CommandTargets& targets);  ///< status-get, statistic-*, version-get, build-report, shutdown
CommandList cluster_commands(const CommandTargets& targets);  ///< tftp-cluster-*
CommandList cache_commands(const CommandTargets& targets);    ///< tftp-cache-*
CommandList file_commands(const CommandTargets& targets);     ///< tftp-file-*
CommandList phone_commands(const CommandTargets& targets);    ///< tftp-phone-*
CommandList certificate_commands(const CommandTargets& targets);      ///< tftp-trust-import, -list, -del
CommandList trust_check_command(const CommandTargets& targets);       ///< tftp-trust-check
CommandList own_certificate_commands(const CommandTargets& targets);  ///< tftp-trust-export
CommandList own_list_commands(const CommandTargets& targets);         ///< tftp-trust-build, -drop
CommandList exchange_commands(const CommandTargets& targets);         ///< tftp-trust-exchange-*
CommandList service_commands(const CommandTargets& targets);          ///< tftp-service-*
CommandList scope_commands(const CommandTargets& targets);            ///< dhcp-scope-*
CommandList console_commands(const CommandTargets& targets);          ///< console-*
CommandList upstream_commands(const CommandTargets& targets);         ///< tftp-*: what makes the daemon ask remote servers

}  // namespace branchline
