// DHCPv6: ADVERTISE and REPLY get sub-option 1 of enterprise 9 in option 17; they, each SOLICIT that came, leases that end and
// choices of another server are told to the daemon. A REPLY to a Release, Decline or Confirm carries a status and nothing to
// boot with (RFC 8415 18.3.3, 18.3.7, 18.3.8).
#include "kea-hooks/callouts.h"
#include "kea-hooks/configuration.h"
#include "kea-hooks/endpoint.h"
#include "kea-hooks/export.h"
#include "kea-hooks/first_look.h"
#include "kea-hooks/options.h"
#include "kea-hooks/probe_messages.h"

#include <dhcp/dhcp6.h>
#include <dhcp/option6_ia.h>
#include <dhcp/option6_iaaddr.h>
#include <dhcp/option_int_array.h>
#include <dhcp/option_vendor_class.h>
#include <dhcpsrv/host.h>

namespace branchline::hook {
namespace {

using namespace isc::dhcp;

bool asks_for_vendor_options(const Pkt6& query) {
    const auto* option = look(query, D6O_ORO);
    if (option == nullptr) {
        return false;
    }
    if (const auto* typed = dynamic_cast<const isc::dhcp::OptionUint16Array*>(option)) {
        const auto& codes = typed->getValues();
        return std::find(codes.begin(), codes.end(), D6O_VENDOR_OPTS) != codes.end();
    }
    return asks_for(payload(*option), D6O_VENDOR_OPTS);
}

bool is_phone(const Pkt6& query, Endpoints endpoints) {
    return endpoints == Endpoints::all || asks_for_vendor_options(query) ||
           has_cisco_enterprise(query, D6O_VENDOR_CLASS, false) || has_cisco_enterprise(query, D6O_VENDOR_OPTS, false) ||
           is_in_phone_class(query);
}

ByteView duid_of(const Pkt6& query) {
    const auto* option = look(query, D6O_CLIENTID);
    return option == nullptr ? ByteView() : payload(*option);
}

/// The MAC that the nearest relay reports, else the one in the DUID, else the one that the client's own address was made of.
/// Kea's getMAC() finds the same and takes as long as all the rest of the callout.
std::optional<MacBytes> mac_of(const Pkt6& query) {
    std::optional<MacBytes> mac;
    if (!query.relay_info_.empty()) {
        const auto& nearest = query.relay_info_.back();
        if (const auto option = nearest.options_.find(D6O_CLIENT_LINKLAYER_ADDR); option != nearest.options_.end()) {
            mac = mac_in_relay_option(payload(*option->second));
        }
    }
    if (!mac) {
        mac = mac_in_duid(duid_of(query));
    }
    if (!mac) {
        mac = mac_in_link_local(
            to_address(query.relay_info_.empty() ? query.getRemoteAddr() : query.relay_info_.back().peeraddr_));
    }
    return mac;
}

void override_with_host6(Setting& setting, const Table& table, std::uint32_t subnet, const Pkt6& query) {
    if (!table.has_hosts() || !is_known(query)) {
        return;
    }
    if (override_with_host(setting, table, subnet, Host::IDENT_DUID, duid_of(query))) {
        return;
    }
    if (const auto mac = mac_of(query)) {
        override_with_host(setting, table, subnet, Host::IDENT_HWADDR, *mac);
    }
}

struct Leased {
    Address address;
    std::uint32_t lifetime = 0;
};

/// The first address that the response gives.
Leased leased_by(const Pkt6& response) {
    const auto range = response.options_.equal_range(D6O_IA_NA);
    for (auto ia = range.first; ia != range.second; ++ia) {
        const auto& inside = ia->second->getOptions();
        const auto found = inside.find(D6O_IAADDR);
        if (found != inside.end()) {
            if (const auto* address = dynamic_cast<const isc::dhcp::Option6IAAddr*>(found->second.get())) {
                return {to_address(address->getAddress()), address->getValid()};
            }
        }
    }
    return {};
}

bool may_carry_options(const Pkt6& query, const Pkt6& response) {
    if (response.getType() != DHCPV6_ADVERTISE && response.getType() != DHCPV6_REPLY) {
        return false;
    }
    const auto asked = query.getType();
    return asked == DHCPV6_SOLICIT || asked == DHCPV6_REQUEST || asked == DHCPV6_RENEW || asked == DHCPV6_REBIND ||
           asked == DHCPV6_INFORMATION_REQUEST;
}

api::LeaseEvent::Kind kind_of(const Pkt6& query, const Pkt6& response) {
    using Kind = api::LeaseEvent::Kind;
    if (response.getType() == DHCPV6_ADVERTISE) {
        return Kind::offered;
    }
    switch (query.getType()) {
        case DHCPV6_INFORMATION_REQUEST:
            return Kind::seen;
        case DHCPV6_RENEW:
        case DHCPV6_REBIND:
            return Kind::renewed;
        default:
            return Kind::committed;
    }
}

void describe_client(EventRecord& record, const Pkt6& query) {
    record.family = Family::v6;
    record.set_client_id(duid_of(query));
    if (const auto mac = mac_of(query)) {
        record.set_mac(*mac);
    }
    if (const auto* option = dynamic_cast<const isc::dhcp::OptionVendorClass*>(look(query, D6O_VENDOR_CLASS))) {
        if (option->getTuplesNum() > 0) {
            record.set_vendor_class(option->getTuple(0).getText());
        }
    }
    if (!query.relay_info_.empty()) {
        record.relay = to_address(query.getRemoteAddr());
    }
}

/// Kea tells hooks its DUID nowhere else.
void learn_own_duid(Runtime& all, const Pkt6& response) {
    const auto* server = look(response, D6O_SERVERID);
    if (server != nullptr && !all.own_duid.read()) {
        all.own_duid.publish(std::make_unique<const Bytes>(server->getData()));
    }
}

void send6(Runtime& all, isc::hooks::CalloutHandle& handle) {
    const auto response = argument<Packet6>(handle, "response6");
    const auto query = argument<Packet6>(handle, "query6");
    if (!response || !query) {
        return;
    }
    learn_own_duid(all, *response);
    if (!may_carry_options(*query, *response)) {
        return;
    }
    const auto subnet = argument<ClientSubnet6>(handle, "subnet6");
    const auto published = all.table.read();
    const auto surroundings = all.surroundings.read();
    if (!published || !surroundings) {
        return;
    }
    const auto& table = in_force(*published);
    const std::uint32_t subnet_id = subnet ? subnet->getID() : 0;
    const auto leased = leased_by(*response);
    auto setting = table.setting(subnet_id, leased.address);
    override_with_classes(setting, table, *query);
    override_with_host6(setting, table, subnet_id, *query);

    Choice choice;
    if (is_phone(*query, setting.endpoints)) {
        const auto arrived_at = to_address(query->getLocalAddr());
        const Asker asker{static_cast<int>(query->getIndex()), prefix_of(subnet), arrived_at, duid_of(*query)};
        choose_servers(setting, Family::v6, asker, *surroundings, choice);
        if (choice.count == 0) {
            all.statistics.add(HookCounter::no_server);
        } else {
            const bool name = setting.alternatives.sub_option_2;
            put_vendor_option(*response, choice.view(), name ? to_text(choice.addresses[0]) : std::string());
            all.statistics.add(HookCounter::suboption_1_sent);
            if (name) {
                all.statistics.add(HookCounter::alternatives_sent);
            }
        }
        if (choice.withdrawn) {
            all.statistics.add(HookCounter::dead_withdrawn);
        }
    } else {
        choice.why_none = "not-a-phone";
        all.statistics.add(HookCounter::not_a_phone);
    }

    leave_event(all, setting, [&](EventRecord& record) {
        describe_client(record, *query);
        record.kind = kind_of(*query, *response);
        record.address = leased.address;
        record.lifetime = leased.lifetime;
        record.subnet = subnet_id;
        record.set_servers(choice.view());
        record.why_none = choice.why_none;
    });
}

/// A phone's choice of another server, which Kea passes over before any later callout. Only from the link: who is behind a
/// relay could not be looked for.
void chosen6(Runtime& all, isc::hooks::CalloutHandle& handle) {
    const auto query = argument<Packet6>(handle, "query6");
    const auto published = all.table.read();
    if (!query || !published) {
        return;
    }
    const auto seen = first_look6(ByteView(query->data_.data(), query->data_.size()));
    if (!seen || (seen->type != DHCPV6_REQUEST && seen->type != DHCPV6_RENEW) || seen->server.empty()) {
        return;
    }
    const auto own = all.own_duid.read();
    const auto& setting = in_force(*published).global();
    if (!own || std::ranges::equal(*own, seen->server) || setting.probe_interval == 0) {
        return;
    }
    leave_event(all, setting, [&](EventRecord& record) {
        record.family = Family::v6;
        record.kind = api::LeaseEvent::Kind::elsewhere;
        record.set_client_id(seen->duid);
        record.set_vendor_class(as_text(seen->vendor_class));
        auto mac = mac_in_duid(seen->duid);
        mac = mac ? mac : mac_in_link_local(to_address(query->getRemoteAddr()));
        if (mac) {
            record.set_mac(*mac);
        }
        record.set_server_duid(seen->server);
    });
}

/// A SOLICIT, before Kea has done anything with it: whether an ADVERTISE follows is not known yet. A look for other DHCP
/// servers, ours or a partner's, wants no answer of this one.
void received6(Runtime& all, isc::hooks::CalloutHandle& handle) {
    const auto query = argument<Packet6>(handle, "query6");
    const auto published = all.table.read();
    if (query && is_probe_duid(duid_of(*query))) {
        handle.setStatus(isc::hooks::CalloutHandle::NEXT_STEP_DROP);
        return;
    }
    if (!query || !published || query->getType() != DHCPV6_SOLICIT) {
        return;
    }
    const auto& setting = in_force(*published).global();
    leave_event(all, setting, [&](EventRecord& record) {
        describe_client(record, *query);
        record.kind = api::LeaseEvent::Kind::asked;
        record.why_none = is_phone(*query, setting.endpoints) ? "not-answered" : "not-a-phone";
    });
}

void ended6(Runtime& all, isc::hooks::CalloutHandle& handle, api::LeaseEvent::Kind kind, bool has_query) {
    const auto lease = argument<EndedLease6>(handle, "lease6");
    const auto published = all.table.read();
    if (!lease || !published || lease->type_ != isc::dhcp::Lease::TYPE_NA) {
        return;
    }
    const auto setting = in_force(*published).setting(lease->subnet_id_, to_address(lease->addr_));
    leave_event(all, setting, [&](EventRecord& record) {
        record.family = Family::v6;
        describe_ended(record, *lease, kind);
        if (lease->duid_) {
            record.set_client_id(lease->duid_->getDuid());
        }
        if (has_query) {
            if (const auto query = argument<Packet6>(handle, "query6")) {
                describe_client(record, *query);
            }
        }
    });
}

}  // namespace
}  // namespace branchline::hook

using namespace branchline::hook;
using Kind = branchline::api::LeaseEvent::Kind;

extern "C" {

BRANCHLINE_EXPORT int buffer6_receive(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { chosen6(all, handle); });
}

BRANCHLINE_EXPORT int pkt6_receive(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { received6(all, handle); });
}

BRANCHLINE_EXPORT int pkt6_send(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { send6(all, handle); });
}

BRANCHLINE_EXPORT int lease6_release(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { ended6(all, handle, Kind::released, true); });
}

BRANCHLINE_EXPORT int lease6_decline(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { ended6(all, handle, Kind::declined, true); });
}

BRANCHLINE_EXPORT int lease6_expire(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { ended6(all, handle, Kind::expired, false); });
}
}
