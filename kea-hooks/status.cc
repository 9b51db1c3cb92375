#include "kea-hooks/status.h"

#include "kea-hooks/configuration.h"
#include "kea-hooks/runtime.h"
#include "kea-hooks/setting_elements.h"

#include <config.h>
#include <cc/command_interpreter.h>
#include <dhcpsrv/cfgmgr.h>
#include <hooks/callout_handle.h>

#include <net/if.h>

namespace branchline::hook {
namespace {

using isc::data::Element;
using isc::data::ElementPtr;

ElementPtr addresses_of(const InterfaceAddresses& addresses) {
    auto list = Element::createList();
    for (const auto* family : {&addresses.v4, &addresses.v6}) {
        for (const auto& one : *family) {
            list->add(Element::create(to_text(one.address)));
        }
    }
    return list;
}

ElementPtr surroundings(const Surroundings& now) {
    auto map = Element::createMap();
    auto interfaces = Element::createMap();
    for (const auto& [index, addresses] : now.interfaces) {
        std::array<char, IF_NAMESIZE> name{};
        const bool known = ::if_indextoname(static_cast<unsigned>(index), name.data()) != nullptr;
        interfaces->set(known ? std::string(name.data()) : std::to_string(index), addresses_of(addresses));
    }
    map->set("interfaces", interfaces);
    map->set("daemon", Element::create(std::string(!now.table_seen ? "unknown" : now.self_down ? "down" : "up")));
    auto down = Element::createList();
    for (const auto& address : now.down) {
        down->add(Element::create(to_text(address)));
    }
    map->set("servers-down", down);
    return map;
}

ElementPtr status(Runtime& all) {
    const auto family = isc::dhcp::CfgMgr::instance().getFamily() == AF_INET6 ? Family::v6 : Family::v4;
    auto map = Element::createMap();
    map->set("version", Element::create(std::string(BRANCHLINE_VERSION)));
    map->set("family", Element::create(std::string(family == Family::v4 ? "IPv4" : "IPv6")));
    if (const auto published = all.table.read()) {
        const auto& table = in_force(*published);
        const auto& global = table.global();
        const auto settings = setting_element(global, family);
        settings->set("event-socket", Element::create(global.event_socket == nullptr ? std::string() : *global.event_socket));
        settings->set("probe-interval", Element::create(static_cast<long long>(global.probe_interval)));
        auto known = Element::createList();
        for (const auto& address : global.known_dhcp_servers == nullptr ? std::vector<Address>() : *global.known_dhcp_servers) {
            known->add(Element::create(to_text(address)));
        }
        settings->set("known-dhcp-servers", known);
        map->set("settings", settings);
        map->set("scopes", Element::create(static_cast<long long>(table.scopes())));
        map->set("scope-report", isc::data::copy(scopes_in_force(*published)));
    }
    auto wrong = Element::createList();
    for (const auto& problem : pending_problems()) {
        wrong->add(Element::create(problem));
    }
    map->set("configuration-errors", wrong);
    if (const auto now = all.surroundings.read()) {
        map->set("surroundings", surroundings(*now));
    }
    auto counters = Element::createMap();
    for (std::size_t i = 0; i < hook_counter_count; ++i) {
        const auto count = static_cast<long long>(all.statistics.get(static_cast<HookCounter>(i)));
        counters->set(std::string(hook_counter_names[i]), Element::create(count));
    }
    map->set("counters", counters);
    return map;
}

}  // namespace

std::string describe_servers(const Setting& setting, Family family) {
    std::string text;
    if (setting.servers != nullptr) {
        for (const auto& entry : setting.servers->of(family)) {
            text += (text.empty() ? "" : ",") + (entry.is_auto() ? std::string("auto") : to_text(*entry.address));
        }
    }
    return text.empty() ? "none" : text;
}

int status_get(isc::hooks::CalloutHandle& handle) {
    isc::data::ConstElementPtr answer;
    try {
        auto* all = runtime();
        answer = all == nullptr ? isc::config::createAnswer(isc::config::CONTROL_RESULT_ERROR, "the hook is not set up")
                                : isc::config::createAnswer(isc::config::CONTROL_RESULT_SUCCESS, "", status(*all));
    } catch (const std::exception& problem) {
        answer = isc::config::createAnswer(isc::config::CONTROL_RESULT_ERROR, problem.what());
    }
    handle.setArgument("response", answer);
    return 0;
}

}  // namespace branchline::hook
