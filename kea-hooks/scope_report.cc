#include "kea-hooks/scope_report.h"

#include "kea-hooks/kea.h"
#include "kea-hooks/setting_elements.h"

#include <dhcp/libdhcp++.h>
#include <dhcpsrv/cfg_option.h>
#include <dhcpsrv/client_class_def.h>
#include <dhcpsrv/shared_network.h>
#include <dhcpsrv/srv_config.h>

#include <map>

namespace branchline::hook {
namespace {

using isc::data::Element;
using isc::data::ElementPtr;
using isc::dhcp::SrvConfig;

constexpr std::size_t max_data = 200;  // bytes of one option's text

/// As it was written, or else its bytes. Some cannot be packed by themselves, such as one longer than 255 bytes (RFC 3396):
/// that must not cost phones their servers, which stand in the same configuration.
std::string text_of(const isc::dhcp::OptionDescriptor& one) {
    std::string text = one.formatted_value_;
    try {
        if (text.empty()) {
            text = one.option_->toHexString();
        }
    } catch (const std::exception&) {
        text = "…";
    }
    return text.size() <= max_data ? text : text.substr(0, max_data) + "…";
}

/// Of one scope and those around it: the nearest scope's option of a code is the one in effect.
class Options {
public:
    Options(SrvConfig& configuration, Family family)
        : configuration_(configuration), space_(family == Family::v4 ? DHCP4_OPTION_SPACE : DHCP6_OPTION_SPACE) {}

    /// To be called from the widest scope to the nearest.
    template <typename CfgOptionPtr>
    void add(const CfgOptionPtr& options) {
        const auto all = options->getAll(space_);
        for (const auto& one : *all) {
            if (!one.option_) {
                continue;
            }
            if (one.cancelled_) {  // "never-send"
                in_effect_.erase(one.option_->getType());
                continue;
            }
            in_effect_[one.option_->getType()] = text_of(one);
        }
    }

    [[nodiscard]] ElementPtr element() const {
        auto list = Element::createList();
        for (const auto& [code, data] : in_effect_) {
            if (list->size() == max_options_told) {
                break;
            }
            auto option = Element::createMap();
            option->set("code", Element::create(static_cast<std::int64_t>(code)));
            option->set("name", Element::create(name_of(code)));
            option->set("data", Element::create(data));
            list->add(option);
        }
        return list;
    }

private:
    [[nodiscard]] std::string name_of(std::uint16_t code) const {
        auto definition = isc::dhcp::LibDHCP::getOptionDef(space_, code);
        if (!definition) {
            definition = configuration_.getCfgOptionDef()->get(space_, code);
        }
        return definition ? definition->getName() : std::string();
    }

    SrvConfig& configuration_;
    const std::string space_;
    std::map<std::uint16_t, std::string> in_effect_;
};

template <typename SubnetPtr>
ElementPtr pools(const Table& table, const SubnetPtr& subnet, isc::dhcp::Lease::Type type, const Setting& around,
                 Family family) {
    auto list = Element::createList();
    for (const auto& pool : subnet->getPools(type)) {
        auto map = Element::createMap();
        map->set("range", Element::create(pool->getFirstAddress().toText() + " - " + pool->getLastAddress().toText()));
        const auto own = table.setting(subnet->getID(), to_address(pool->getFirstAddress()));
        if (own.servers != around.servers) {
            map->set("tftp-servers", servers_element(own.servers, family));
        }
        list->add(map);
    }
    return list;
}

template <typename Network, typename Subnets>
void add_subnets(const ElementPtr& report, const Subnets& subnets, const Table& table, SrvConfig& configuration, Family family,
                 isc::dhcp::Lease::Type type) {
    auto list = Element::createList();
    std::int64_t left_out = 0;
    for (const auto& subnet : subnets) {
        if (list->size() == max_scopes_told) {
            ++left_out;
            continue;
        }
        Options options(configuration, family);
        options.add(configuration.getCfgOption());
        boost::shared_ptr<Network> network;
        subnet->getSharedNetwork(network);
        // No address of the subnet itself: what the pools say is theirs.
        const auto setting = table.setting(subnet->getID(), Address());
        auto scope = setting_element(setting, family);
        if (network) {
            options.add(network->getCfgOption());
            scope->set("shared-network", Element::create(network->getName()));
        }
        options.add(subnet->getCfgOption());
        scope->set("subnet-id", Element::create(static_cast<std::int64_t>(subnet->getID())));
        scope->set("subnet", Element::create(subnet->toText()));
        scope->set("valid-lifetime", Element::create(static_cast<std::int64_t>(subnet->getValid().get())));
        scope->set("pools", pools(table, subnet, type, setting, family));
        scope->set("options", options.element());
        list->add(scope);
    }
    report->set("scopes", list);
    report->set("left-out", Element::create(left_out));
}

}  // namespace

isc::data::ConstElementPtr scope_report(SrvConfig& configuration, const Table& table, Family family) {
    auto report = Element::createMap();
    report->set("family", Element::create(std::int64_t{family == Family::v4 ? 4 : 6}));
    if (family == Family::v4) {
        add_subnets<isc::dhcp::SharedNetwork4>(report, *configuration.getCfgSubnets4()->getAll(), table, configuration, family,
                                               isc::dhcp::Lease::TYPE_V4);
    } else {
        add_subnets<isc::dhcp::SharedNetwork6>(report, *configuration.getCfgSubnets6()->getAll(), table, configuration, family,
                                               isc::dhcp::Lease::TYPE_NA);
    }
    auto classes = Element::createList();
    for (const auto& definition : *configuration.getClientClassDictionary()->getClasses()) {
        const auto* layer = table.find_class(definition->getName());
        if (layer != nullptr && layer->servers && classes->size() < max_scopes_told) {
            auto map = Element::createMap();
            map->set("name", Element::create(definition->getName()));
            map->set("tftp-servers", servers_element(&*layer->servers, family));
            classes->add(map);
        }
    }
    report->set("classes", classes);
    report->set("hosts", Element::create(static_cast<std::int64_t>(table.hosts())));
    return report;
}

}  // namespace branchline::hook
