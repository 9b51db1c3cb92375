#include "kea-hooks/scopes.h"

#include "tftpd/base/bytes.h"

#include <algorithm>
#include <utility>

namespace branchline::hook {
namespace {

const Layer& defaults() {
    static const Layer layer = [] {
        Layer made;
        made.servers = ServerList{{ServerEntry{}}, {ServerEntry{}}};
        made.event_socket = default_event_socket;
        return made;
    }();
    return layer;
}

bool says_nothing(const Layer& layer) {
    return !layer.servers && !layer.endpoints && !layer.order && !layer.withdraw_dead && !layer.alternatives &&
           !layer.event_socket && !layer.probe_interval && !layer.known_dhcp_servers;
}

}  // namespace

void Setting::override_with(const Layer& nearer) {
    if (nearer.servers) {
        servers = &*nearer.servers;
    }
    if (nearer.endpoints) {
        endpoints = *nearer.endpoints;
    }
    if (nearer.order) {
        order = *nearer.order;
    }
    if (nearer.withdraw_dead) {
        withdraw_dead = *nearer.withdraw_dead;
    }
    if (nearer.alternatives) {
        alternatives = *nearer.alternatives;
    }
    if (nearer.event_socket) {
        event_socket = &*nearer.event_socket;
    }
    if (nearer.probe_interval) {
        probe_interval = *nearer.probe_interval;
    }
    if (nearer.known_dhcp_servers) {
        known_dhcp_servers = &*nearer.known_dhcp_servers;
    }
}

HostKey host_key(std::uint32_t subnet, int identifier_type, std::span<const std::uint8_t> identifier) {
    HostKey key;
    key.reserve(5 + identifier.size());
    key.push_back(static_cast<char>(identifier_type));
    for (const int shift : {24, 16, 8, 0}) {
        key.push_back(static_cast<char>((subnet >> shift) & 0xff));
    }
    key.append(as_text(identifier));
    return key;
}

Table::Table(Layer base) {
    global_.override_with(keep(defaults()));
    global_.override_with(keep(std::move(base)));
}

const Layer& Table::keep(Layer layer) {
    layers_.push_back(std::move(layer));
    return layers_.back();
}

void Table::set_global(Layer layer) {
    if (!says_nothing(layer)) {
        global_.override_with(keep(std::move(layer)));
    }
}

void Table::add_subnet(std::uint32_t id, const Layer& network, const Layer& subnet) {
    if (says_nothing(network) && says_nothing(subnet)) {
        return;
    }
    auto& entry = subnets_[id];
    entry.setting = global_;
    entry.setting.override_with(keep(network));
    entry.setting.override_with(keep(subnet));
}

void Table::add_pool(std::uint32_t subnet, const Address& first, const Address& last, const Layer& layer) {
    if (says_nothing(layer)) {
        return;
    }
    const auto [entry, fresh] = subnets_.try_emplace(subnet);
    if (fresh) {
        entry->second.setting = global_;
    }
    auto setting = entry->second.setting;
    setting.override_with(keep(layer));
    entry->second.pools.push_back({first, last, setting});
}

void Table::add_class(const std::string& name, Layer layer) {
    if (!says_nothing(layer)) {
        classes_[name] = &keep(std::move(layer));
    }
}

void Table::add_host(HostKey key, Layer layer) {
    if (!says_nothing(layer)) {
        hosts_[std::move(key)] = &keep(std::move(layer));
    }
}

Setting Table::setting(std::uint32_t subnet, const Address& leased) const {
    const auto entry = subnets_.find(subnet);
    if (entry == subnets_.end()) {
        return global_;
    }
    for (const auto& pool : entry->second.pools) {
        if (pool.first <= leased && leased <= pool.last) {
            return pool.setting;
        }
    }
    return entry->second.setting;
}

const Layer* Table::find_class(const std::string& name) const {
    const auto found = classes_.find(name);
    return found == classes_.end() ? nullptr : found->second;
}

const Layer* Table::find_host(const HostKey& key) const {
    const auto found = hosts_.find(key);
    return found == hosts_.end() ? nullptr : found->second;
}

bool Table::serves(Family family) const {
    // The defaults, at the front, count only when nothing else was said about servers.
    bool said = false;
    for (std::size_t i = 1; i < layers_.size(); ++i) {
        if (layers_[i].servers) {
            said = true;
            if (!layers_[i].servers->of(family).empty()) {
                return true;
            }
        }
    }
    return !said;
}

}  // namespace branchline::hook
