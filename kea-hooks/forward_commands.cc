#include "kea-hooks/forward_commands.h"

#include "kea-hooks/kea.h"
#include "kea-hooks/log.h"
#include "tftpd/api/command_names.h"
#include "tftpd/client/daemon_client.h"

#include <messages.h>

#include <cc/command_interpreter.h>
#include <hooks/hooks.h>

namespace branchline::hook {
namespace {

using isc::data::ConstElementPtr;

ConstElementPtr failed(const std::string& command, const std::string& why) {
    LOG_WARN(hook_logger, BRANCHLINE_COMMAND_FAILED).arg(command).arg(why);
    return isc::config::createAnswer(isc::config::CONTROL_RESULT_ERROR,
                                     command + " was not passed on to branchline-tftpd: " + why + ". DHCP is not affected.");
}

ConstElementPtr forward(const ConstElementPtr& message) {
    ConstElementPtr arguments;
    const auto command = isc::config::parseCommand(arguments, message);
    const auto answer = ask_daemon(default_socket(), command, arguments, forward_limit);
    return answer ? *answer : failed(command, answer.error().text);
}

int forward_command(isc::hooks::CalloutHandle& handle) {
    ConstElementPtr answer;
    try {
        answer = forward(argument<ConstElementPtr>(handle, "command"));
    } catch (const std::exception& problem) {
        answer = isc::config::createAnswer(isc::config::CONTROL_RESULT_ERROR, problem.what());
    }
    handle.setArgument("response", answer);
    return 0;
}

}  // namespace

void register_forwarded_commands(isc::hooks::LibraryHandle& handle) {
    for (const auto name : api::tftp_commands) {
        handle.registerCommandCallout(std::string(name), forward_command);
    }
}

}  // namespace branchline::hook
