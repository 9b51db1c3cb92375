#include "tftpd/control/commands.h"

#include "tftpd/config/config_error.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/log/log.h"

#include "control_messages.h"

#include <cc/command_interpreter.h>
#include <config/command_mgr.h>

#include <exception>
#include <map>

namespace branchline {
namespace {

using isc::config::CommandMgr;
using isc::config::createAnswer;
using isc::data::ConstElementPtr;

ConstElementPtr failed(const std::string& name, const std::string& text) {
    LOG_WARN(app_logger, COMMAND_FAILED).arg(name).arg(text);
    return createAnswer(isc::config::CONTROL_RESULT_ERROR, text);
}

// One of the two places where a ConfigError ends: it becomes the command's answer, and the daemon goes on as before.
ConstElementPtr answer_of(const Command& command, const ConstElementPtr& arguments) {
    try {
        return command.run(arguments);
    } catch (const ConfigError& error) {
        return failed(command.name, std::string(error.what()) + " The running configuration was kept.");
    } catch (const std::exception& error) {
        return failed(command.name, error.what());
    }
}

}  // namespace

struct Commands::Impl {
    CommandTargets targets;
    std::map<std::string, Command> commands;

    void add(const CommandList& list) {
        for (const auto& command : list) {
            CommandMgr::instance().registerCommand(
                command.name,
                [command](const std::string&, const ConstElementPtr& arguments) { return answer_of(command, arguments); });
            commands.emplace(command.name, command);
        }
    }
};

Commands::Commands(CommandTargets targets) : impl_(std::make_unique<Impl>()) {
    impl_->targets = std::move(targets);
    impl_->add(configuration_commands(impl_->targets));
    impl_->add(process_commands(impl_->targets));
    impl_->add(cluster_commands(impl_->targets));
    impl_->add(cache_commands(impl_->targets));
    impl_->add(file_commands(impl_->targets));
    impl_->add(phone_commands(impl_->targets));
    impl_->add(certificate_commands(impl_->targets));
    impl_->add(own_list_commands(impl_->targets));
    impl_->add(own_certificate_commands(impl_->targets));
    impl_->add(trust_check_command(impl_->targets));
    impl_->add(exchange_commands(impl_->targets));
    impl_->add(service_commands(impl_->targets));
    impl_->add(upstream_commands(impl_->targets));
    impl_->add(scope_commands(impl_->targets));
    impl_->add(console_commands(impl_->targets));
}

Commands::~Commands() {
    for (const auto& [name, command] : impl_->commands) {
        CommandMgr::instance().deregisterCommand(name);
    }
}

ConstElementPtr Commands::run(const std::string& name, const ConstElementPtr& arguments) const {
    const auto found = impl_->commands.find(name);
    return found == impl_->commands.end()
               ? createAnswer(isc::config::CONTROL_RESULT_COMMAND_UNSUPPORTED, "'" + name + "' command not supported.")
               : answer_of(found->second, arguments);
}

}  // namespace branchline
