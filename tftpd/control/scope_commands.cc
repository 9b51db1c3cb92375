// dhcp-scope-*: the DHCP servers' scopes as the hook in each of them tells them (kea-hooks/scope_report.h), which TFTP servers
// phones are told there now, and how many leases are known. Kept in memory: whoever starts anew is told anew.
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/control/scope_view.h"
#include "tftpd/phones/lease_table.h"

#include <map>
#include <memory>
#include <string>

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;

constexpr std::size_t most_scopes = 1000;  // of one server; the hook tells no more
constexpr std::size_t most_servers = 128;  // of one scope

using Reports = std::map<std::int64_t, ConstElementPtr>;  // by family

ConstElementPtr needed(const ConstElementPtr& map, const char* name, Element::types type) {
    const auto value = map->getType() == Element::map ? map->get(name) : ConstElementPtr();
    if (!value || value->getType() != type) {
        throw ArgumentError(std::string("dhcp-scope-tell: \"") + name + "\" is missing, or of another type");
    }
    return value;
}

// What list_scopes() looks into; the rest is passed on to who reads it as it is.
void check_scope(const ConstElementPtr& scope) {
    needed(scope, "subnet", Element::string);
    needed(scope, "subnet-id", Element::integer);
    needed(scope, "withdraw-dead", Element::boolean);
    const auto servers = needed(scope, "tftp-servers", Element::list);
    if (servers->size() > most_servers) {
        throw ArgumentError("dhcp-scope-tell: a scope has too many \"tftp-servers\"");
    }
    for (const auto& server : servers->listValue()) {
        if (server->getType() != Element::string) {
            throw ArgumentError("dhcp-scope-tell: \"tftp-servers\" are texts");
        }
    }
}

ConstElementPtr tell_scopes(Reports& reports, const ConstElementPtr& arguments) {
    const Arguments given("dhcp-scope-tell", arguments, {"family", "scopes", "left-out", "classes", "hosts"});
    const auto family = given.number("family", 4, 6, 0);
    const auto scopes = needed(arguments ? arguments : ConstElementPtr(Element::createMap()), "scopes", Element::list);
    if ((family != 4 && family != 6) || scopes->size() > most_scopes) {
        throw ArgumentError("dhcp-scope-tell needs \"family\", 4 or 6, and at most " + std::to_string(most_scopes) +
                            " \"scopes\"");
    }
    for (const auto& scope : scopes->listValue()) {
        check_scope(scope);
    }
    reports[family] = arguments;
    return createAnswer(success, counted(scopes->size(), "scope", "scopes") + " taken.");
}

ConstElementPtr list_scopes(const Reports& reports, const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("dhcp-scope-list", arguments, {"family"});
    const auto wanted = given.number("family", 4, 6, 0);
    const auto machine = this_machine();
    const ServersAlive alive{targets.not_serving_reason().empty(), targets.partner_states()};
    const auto leases = targets.leases->leases_by_subnet(Clock::now());
    auto scopes = Element::createList();
    auto servers = Element::createList();
    for (const auto& [family, report] : reports) {
        if (wanted != 0 && wanted != family) {
            continue;
        }
        auto server = Element::createMap();
        server->set("family", Element::create(family));
        for (const char* name : {"left-out", "classes", "hosts"}) {
            if (const auto value = report->get(name)) {
                server->set(name, isc::data::copy(value));
            }
        }
        servers->add(server);
        for (const auto& told : report->get("scopes")->listValue()) {
            const auto scope = isc::data::copy(told);
            scope->set("family", Element::create(family));
            scope->set("in-effect", servers_in_effect(told, machine, alive));
            const auto count =
                leases.find({static_cast<unsigned>(family), static_cast<std::uint32_t>(told->get("subnet-id")->intValue())});
            scope->set("leases", number(count == leases.end() ? 0 : count->second));
            scopes->add(scope);
        }
    }
    auto answer = Element::createMap();
    answer->set("count", number(scopes->size()));
    answer->set("servers", servers);
    answer->set("scopes", scopes);
    return createAnswer(scopes->empty() ? empty : success,
                        servers->empty()
                            ? std::string("No DHCP server has told its scopes: is the hook loaded, and may it write to "
                                          "the control socket?")
                            : counted(scopes->size(), "scope", "scopes") + '.',
                        answer);
}

}  // namespace

CommandList scope_commands(const CommandTargets& targets) {
    const auto reports = std::make_shared<Reports>();
    return {
        {"dhcp-scope-tell", [reports](const ConstElementPtr& arguments) { return tell_scopes(*reports, arguments); }},
        {"dhcp-scope-list",
         [reports, &targets](const ConstElementPtr& arguments) { return list_scopes(*reports, targets, arguments); }},
    };
}

}  // namespace branchline
