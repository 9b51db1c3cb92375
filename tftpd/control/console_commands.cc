// console-password-set: a password of the web console, set by who may send commands: the first one on a box that is reached
// over the network alone, or a new one when it was forgotten. Not passed on by the hook: Kea's socket is no way to the console.
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;

ConstElementPtr set_password(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("console-password-set", arguments, {"user", "password"});
    const auto user = given.text("user").value_or("operator");
    if (const auto set = targets.set_console_password(user, given.needed_text("password")); !set) {
        throw ArgumentError(set.error().text);
    }
    return createAnswer(success, "The console's password of " + user + " is set.");
}

}  // namespace

CommandList console_commands(const CommandTargets& targets) {
    return {
        {"console-password-set", [&targets](const ConstElementPtr& arguments) { return set_password(targets, arguments); }},
    };
}

}  // namespace branchline
