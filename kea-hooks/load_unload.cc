// What Kea calls when the library comes and goes and when a configuration is complete. The rules are in configuration.h.
#include "kea-hooks/callouts.h"
#include "kea-hooks/configuration.h"
#include "kea-hooks/export.h"
#include "kea-hooks/forward_commands.h"
#include "kea-hooks/log.h"
#include "kea-hooks/status.h"
#include "tftpd/api/server_table.h"

#include <messages.h>

#include <dhcpsrv/cfgmgr.h>
#include <hooks/hooks.h>
#include <process/daemon.h>

#include <cstdlib>

namespace branchline::hook {

isc::log::Logger hook_logger("branchline");

namespace {

constexpr std::size_t max_problems_told = 4;  ///< in one answer; all of them are logged

std::unique_ptr<Runtime> the_runtime;
isc::data::ConstElementPtr parameters;
Problems pending;  ///< what was wrong in the configuration that Kea was given last

Family family_here() {
    return isc::dhcp::CfgMgr::instance().getFamily() == AF_INET6 ? Family::v6 : Family::v4;
}

std::string server_table_path() {
    const char* directory = std::getenv("KEA_CONTROL_SOCKET_DIR");
    return std::string(directory != nullptr ? directory : "/run/kea") + "/" + std::string(api::server_table_name);
}

std::string told(const Problems& problems, const std::string& consequence) {
    std::string text;
    for (std::size_t i = 0; i < problems.size() && i < max_problems_told; ++i) {
        text += problems[i] + ". ";
    }
    if (problems.size() > max_problems_told) {
        text += "And " + std::to_string(problems.size() - max_problems_told) + " more, see the log. ";
    }
    return text + consequence;
}

void note(Runtime& all, const Problems& problems) {
    pending = problems;
    for (const auto& problem : problems) {
        all.statistics.add(HookCounter::configuration_errors);
        LOG_ERROR(hook_logger, BRANCHLINE_WRONG_VALUE).arg(problem);
    }
}

void put_in_force(Runtime& all, std::unique_ptr<InForce> made) {
    const auto family = family_here();
    LOG_INFO(hook_logger, BRANCHLINE_CONFIGURED).arg(describe_servers(made->table.global(), family)).arg(made->table.scopes());
    if (!made->table.serves(family)) {
        LOG_WARN(hook_logger, BRANCHLINE_NO_SERVER_OF_FAMILY).arg(family == Family::v4 ? "IPv4" : "IPv6");
    }
    all.table.publish(std::move(made));
}

void configured(Runtime& all, isc::hooks::CalloutHandle& handle) {
    const auto given = argument<isc::dhcp::SrvConfigPtr>(handle, "server_config");
    if (!given) {
        return;
    }
    Problems problems;
    auto made = read_configuration(*given, parameters, family_here(), problems);
    const bool checking = is_only_checking(*given);
    Problems told_before;
    auto running = running_configuration(family_here(), told_before);
    note(all, problems);
    if (!problems.empty() && (checking || running)) {
        handle.setArgument("error", told(problems, checking ? "Nothing was changed." : "The running configuration was kept."));
        handle.setStatus(isc::hooks::CalloutHandle::NEXT_STEP_DROP);
    } else {
        made->before = std::move(running);
        put_in_force(all, std::move(made));
    }
    if (!checking) {
        all.start();
    }
}

/// Subnets and classes came from a configuration database while Kea runs.
void reread(Runtime& all) {
    Problems problems;
    auto now = running_configuration(family_here(), problems);
    if (now) {
        note(all, problems);
        put_in_force(all, std::move(now));
    }
}

int load_here(isc::hooks::LibraryHandle& handle) {
    const auto process = isc::process::Daemon::getProcName();
    if (process != "kea-dhcp4" && process != "kea-dhcp6") {
        LOG_ERROR(hook_logger, BRANCHLINE_WRONG_PROCESS).arg(process);
        return 1;
    }
    parameters = handle.getParameters();
    the_runtime = std::make_unique<Runtime>(family_here(), server_table_path());
    Statistics::announce();
    Problems told_before;
    if (auto running = running_configuration(family_here(), told_before)) {
        the_runtime->table.publish(std::move(running));
        the_runtime->start();
    }
    handle.registerCommandCallout("branchline-status-get", status_get);
    register_forwarded_commands(handle);
    LOG_INFO(hook_logger, BRANCHLINE_LOADED).arg(BRANCHLINE_VERSION).arg(family_here() == Family::v4 ? "IPv4" : "IPv6");
    return 0;
}

}  // namespace

Runtime* runtime() {
    return the_runtime.get();
}
const Problems& pending_problems() {
    return pending;
}

}  // namespace branchline::hook

using namespace branchline::hook;

extern "C" {

BRANCHLINE_EXPORT int version() {
    return KEA_HOOKS_VERSION;
}

BRANCHLINE_EXPORT int multi_threading_compatible() {
    return 1;
}

BRANCHLINE_EXPORT int load(isc::hooks::LibraryHandle& handle) {
    try {
        return load_here(handle);
    } catch (const std::exception& problem) {
        LOG_ERROR(hook_logger, BRANCHLINE_LOAD_FAILED).arg(problem.what());
        return 1;
    }
}

BRANCHLINE_EXPORT int unload() {
    LOG_DEBUG(hook_logger, isc::log::DBGLVL_START_SHUT, BRANCHLINE_UNLOADED);
    the_runtime.reset();
    parameters.reset();
    pending.clear();
    return 0;
}

BRANCHLINE_EXPORT int dhcp4_srv_configured(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { configured(all, handle); });
}

BRANCHLINE_EXPORT int dhcp6_srv_configured(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { configured(all, handle); });
}

BRANCHLINE_EXPORT int cb4_updated(isc::hooks::CalloutHandle&) {
    return guarded([](Runtime& all) { reread(all); });
}

BRANCHLINE_EXPORT int cb6_updated(isc::hooks::CalloutHandle&) {
    return guarded([](Runtime& all) { reread(all); });
}
}
