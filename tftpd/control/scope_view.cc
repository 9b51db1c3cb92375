#include "tftpd/control/scope_view.h"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace branchline {
namespace {

namespace ip = boost::asio::ip;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

bool is_in(const IpAddress& address, const std::string& prefix) {
    boost::system::error_code error;
    if (address.is_v4()) {
        const auto network = ip::make_network_v4(prefix, error);
        return !error && ip::network_v4(address.to_v4(), network.prefix_length()).canonical() == network.canonical();
    }
    const auto network = ip::make_network_v6(prefix, error);
    return !error && ip::network_v6(address.to_v6(), network.prefix_length()).canonical() == network.canonical();
}

/// Of several the lowest, as the hook takes it.
std::optional<IpAddress> own_address_in(const Machine& machine, const std::string& prefix) {
    std::optional<IpAddress> lowest;
    for (const auto& address : machine.addresses) {
        if (is_in(address, prefix) && (!lowest || address < *lowest)) {
            lowest = address;
        }
    }
    return lowest;
}

struct Server {
    bool is_auto = false;
    std::string address;
    std::optional<bool> up;
};

Server server_of(const std::string& text, const std::string& prefix, const Machine& machine, const ServersAlive& alive) {
    if (text == "auto") {
        const auto own = own_address_in(machine, prefix);
        return {true, own ? own->to_string() : std::string(), alive.self};
    }
    boost::system::error_code no_address;
    const auto address = ip::make_address(text, no_address);
    if (!no_address && machine.has(address)) {
        return {false, text, alive.self};
    }
    const auto watched = alive.others.find(text);
    return {false, text, watched == alive.others.end() ? std::nullopt : std::optional(watched->second)};
}

}  // namespace

ElementPtr servers_in_effect(const ConstElementPtr& scope, const Machine& machine, const ServersAlive& alive) {
    std::vector<Server> servers;
    for (const auto& entry : scope->get("tftp-servers")->listValue()) {
        servers.push_back(server_of(entry->stringValue(), scope->get("subnet")->stringValue(), machine, alive));
    }
    const auto withdraw = scope->get("withdraw-dead");
    const bool some_live = std::any_of(servers.begin(), servers.end(), [](const Server& one) { return one.up.value_or(true); });
    auto list = Element::createList();
    for (const auto& one : servers) {
        auto map = Element::createMap();
        if (!one.address.empty()) {
            map->set("address", Element::create(one.address));
        }
        if (one.is_auto) {
            map->set("auto", Element::create(true));
        }
        if (one.up) {
            map->set("up", Element::create(*one.up));
        }
        const bool is_left_out = some_live && withdraw && withdraw->boolValue() && !one.up.value_or(true);
        map->set("left-out", Element::create(is_left_out));
        list->add(map);
    }
    return list;
}

}  // namespace branchline
