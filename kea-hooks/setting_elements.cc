#include "kea-hooks/setting_elements.h"

namespace branchline::hook {

using isc::data::Element;
using isc::data::ElementPtr;

ElementPtr servers_element(const ServerList* servers, Family family) {
    auto list = Element::createList();
    if (servers != nullptr) {
        for (const auto& entry : servers->of(family)) {
            list->add(Element::create(entry.is_auto() ? std::string("auto") : to_text(*entry.address)));
        }
    }
    return list;
}

ElementPtr setting_element(const Setting& setting, Family family) {
    auto map = Element::createMap();
    map->set("tftp-servers", servers_element(setting.servers, family));
    map->set("endpoints", Element::create(std::string(setting.endpoints == Endpoints::all ? "all" : "cisco")));
    map->set("order", Element::create(std::string(setting.order == Order::spread ? "spread" : "listed")));
    map->set("withdraw-dead", Element::create(setting.withdraw_dead));
    auto alternatives = Element::createList();
    if (setting.alternatives.option_66) {
        alternatives->add(Element::create(std::string("option-66")));
    }
    if (setting.alternatives.sub_option_2) {
        alternatives->add(Element::create(std::string("sub-option-2")));
    }
    map->set("alternatives", alternatives);
    return map;
}

}  // namespace branchline::hook
