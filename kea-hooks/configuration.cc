#include "kea-hooks/configuration.h"

#include "kea-hooks/kea.h"
#include "kea-hooks/scope_report.h"

#include <dhcpsrv/cfg_iface.h>
#include <dhcpsrv/cfgmgr.h>
#include <dhcpsrv/client_class_def.h>
#include <dhcpsrv/host.h>
#include <dhcpsrv/shared_network.h>
#include <dhcpsrv/srv_config.h>

namespace branchline::hook {
namespace {

using isc::dhcp::CfgMgr;
using isc::dhcp::SrvConfig;

constexpr std::string_view library_name = "libdhcp_branchline.so";

template <typename SubnetPtr>
void read_subnet(Table& table, const SubnetPtr& subnet, const Layer& network, Problems& problems) {
    const auto id = subnet->getID();
    const auto name = "subnet " + std::to_string(id) + " (" + subnet->toText() + ")";
    table.add_subnet(id, network, read_user_context(subnet->getContext(), name, problems));
}

template <typename SubnetPtr>
void read_pools(Table& table, const SubnetPtr& subnet, isc::dhcp::Lease::Type pool_type, Problems& problems) {
    for (const auto& pool : subnet->getPools(pool_type)) {
        const auto name = "pool " + pool->getFirstAddress().toText() + " - " + pool->getLastAddress().toText();
        table.add_pool(subnet->getID(), to_address(pool->getFirstAddress()), to_address(pool->getLastAddress()),
                       read_user_context(pool->getContext(), name, problems));
    }
}

/// A shared network's layer is read once, however many subnets it has, so that its problems are told once.
class Networks {
public:
    template <typename NetworkPtr>
    const Layer& layer(const NetworkPtr& network, Problems& problems) {
        static const Layer nothing;
        if (!network) {
            return nothing;
        }
        const auto [entry, fresh] = read_.try_emplace(network.get());
        if (fresh) {
            entry->second = read_user_context(network->getContext(), "shared network \"" + network->getName() + "\"", problems);
        }
        return entry->second;
    }

private:
    std::map<const void*, Layer> read_;
};

template <typename Network, typename Subnets>
void read_subnets(Table& table, const Subnets& subnets, isc::dhcp::Lease::Type pool_type, Problems& problems) {
    Networks networks;
    for (const auto& subnet : subnets) {
        boost::shared_ptr<Network> network;
        subnet->getSharedNetwork(network);
        read_subnet(table, subnet, networks.layer(network, problems), problems);
        read_pools(table, subnet, pool_type, problems);
    }
}

void read_hosts(Table& table, const isc::dhcp::ConstHostCollection& hosts, Family family, Problems& problems) {
    for (const auto& host : hosts) {
        const auto name = "host " + host->getIdentifierAsText();
        const auto subnet = family == Family::v4 ? host->getIPv4SubnetID() : host->getIPv6SubnetID();
        table.add_host(host_key(subnet, host->getIdentifierType(), host->getIdentifier()),
                       read_user_context(host->getContext(), name, problems));
    }
}

std::vector<std::string> interfaces_of(SrvConfig& configuration) {
    std::vector<std::string> names;
    const auto written = configuration.getCfgIface()->toElement()->get("interfaces");
    for (const auto& name : written ? written->listValue() : std::vector<isc::data::ElementPtr>()) {
        names.push_back(name->stringValue());
    }
    return names;
}

}  // namespace

std::unique_ptr<InForce> read_configuration(const SrvConfig& configuration, const isc::data::ConstElementPtr& parameters,
                                            Family family, Problems& problems) {
    auto& server = const_cast<SrvConfig&>(configuration);  // several of its getters are not const; nothing is changed
    auto base = read_layer(parameters, "parameters of the hook library", problems);
    if (!problems.empty()) {
        base.servers = ServerList{};
    }
    auto made = std::make_unique<InForce>(InForce{Table(std::move(base)), &configuration, nullptr, {}, interfaces_of(server)});
    auto& table = made->table;
    table.set_global(read_user_context(server.getContext(), "global user-context", problems));
    const auto hosts = server.getCfgHosts();
    if (family == Family::v4) {
        const auto& subnets = *server.getCfgSubnets4()->getAll();
        read_subnets<isc::dhcp::SharedNetwork4>(table, subnets, isc::dhcp::Lease::TYPE_V4, problems);
        read_hosts(table, std::as_const(*hosts).getAll4(isc::dhcp::SUBNET_ID_GLOBAL), family, problems);
        for (const auto& subnet : subnets) {
            read_hosts(table, std::as_const(*hosts).getAll4(subnet->getID()), family, problems);
        }
    } else {
        const auto& subnets = *server.getCfgSubnets6()->getAll();
        read_subnets<isc::dhcp::SharedNetwork6>(table, subnets, isc::dhcp::Lease::TYPE_NA, problems);
        read_hosts(table, std::as_const(*hosts).getAll6(isc::dhcp::SUBNET_ID_GLOBAL), family, problems);
        for (const auto& subnet : subnets) {
            read_hosts(table, std::as_const(*hosts).getAll6(subnet->getID()), family, problems);
        }
    }
    for (const auto& definition : *server.getClientClassDictionary()->getClasses()) {
        table.add_class(definition->getName(), read_user_context(definition->getContext(),
                                                                 "client class \"" + definition->getName() + "\"", problems));
    }
    made->scopes = scope_report(server, table, family);
    return made;
}

std::unique_ptr<InForce> running_configuration(Family family, Problems& problems) {
    const auto current = CfgMgr::instance().getCurrentCfg();
    if (!current || current->getSequence() == 0) {
        return nullptr;
    }
    isc::data::ConstElementPtr parameters;
    for (const auto& [path, with] : current->getHooksConfig().get()) {
        if (path.ends_with(library_name)) {
            parameters = with;
        }
    }
    return read_configuration(*current, parameters, family, problems);
}

bool is_only_checking(const SrvConfig& configuration) {
    // With -T, and only then, Kea opens the lease database so that nothing is written (configureDhcp4Server, 2.6.3).
    const auto access = const_cast<SrvConfig&>(configuration).getCfgDbAccess()->getLeaseDbAccessString();
    return access.ends_with("universe=4 persist=false") || access.ends_with("universe=6 persist=false");
}

namespace {

const InForce& committed(const InForce& published) {
    const bool is_old = published.before && CfgMgr::instance().getCurrentCfg().get() != published.configuration;
    return is_old ? *published.before : published;
}

}  // namespace

const Table& in_force(const InForce& published) {
    return committed(published).table;
}

const isc::data::ConstElementPtr& scopes_in_force(const InForce& published) {
    return committed(published).scopes;
}

}  // namespace branchline::hook
