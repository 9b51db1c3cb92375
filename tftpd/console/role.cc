#include "tftpd/console/role.h"

#include <algorithm>
#include <array>

namespace branchline {
namespace {

constexpr auto looking = std::to_array<std::string_view>({
    "dhcp-scope-list",
    "statistic-get",
    "statistic-get-all",
    "status-get",
    "tftp-cache-get",
    "tftp-cache-list",
    "tftp-cluster-get",
    "tftp-cluster-list",
    "tftp-file-list",
    "tftp-phone-explain",
    "tftp-phone-get",
    "tftp-phone-list",
    "tftp-service-status",
    "version-get",
});

constexpr auto changing = std::to_array<std::string_view>({
    "config-reload",
    "config-write",
    "tftp-cache-flush",
    "tftp-cluster-add",
    "tftp-cluster-del",
    "tftp-cluster-refresh",
    "tftp-cluster-update",
    "tftp-file-add",
    "tftp-file-del",
    "tftp-service-start",
    "tftp-service-stop",
});

bool is_in(const auto& list, std::string_view command) {
    return std::find(list.begin(), list.end(), command) != list.end();
}

}  // namespace

std::string_view name_of(Role role) {
    return role == Role::operator_ ? "operator" : "viewer";
}

std::optional<Role> role_named(std::string_view name) {
    for (const auto role : {Role::viewer, Role::operator_}) {
        if (name == name_of(role)) {
            return role;
        }
    }
    return std::nullopt;
}

bool may_run(Role role, std::string_view command) {
    return is_in(looking, command) || (role == Role::operator_ && is_in(changing, command));
}

bool changes_something(std::string_view command) {
    return !is_in(looking, command);
}

}  // namespace branchline
