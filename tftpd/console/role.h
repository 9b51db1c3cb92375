// Who is signed in to the console, and what that allows: a viewer looks, an operator also changes.
#pragma once

#include <optional>
#include <string_view>

namespace branchline {

enum class Role { viewer, operator_ };

/// "viewer", "operator": the names of the two accounts.
std::string_view name_of(Role role);
std::optional<Role> role_named(std::string_view name);

/// May `role` run this command of the control socket from the console? Not even an operator runs all: what stops the daemon or
/// replaces the whole configuration stays with those who are on the machine.
bool may_run(Role role, std::string_view command);

/// Does it change anything? Those are logged.
bool changes_something(std::string_view command);

}  // namespace branchline
