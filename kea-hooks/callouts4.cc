// DHCPv4: OFFER and ACK (of a REQUEST or an INFORM) get option 150; they, each DISCOVER that came and leases that end are told
// to the daemon.
#include "kea-hooks/callouts.h"
#include "kea-hooks/configuration.h"
#include "kea-hooks/endpoint.h"
#include "kea-hooks/export.h"
#include "kea-hooks/first_look.h"
#include "kea-hooks/options.h"
#include "kea-hooks/probe_messages.h"
#include "kea-hooks/stranger.h"

#include <dhcp/dhcp4.h>
#include <dhcp/option_int.h>
#include <dhcpsrv/host.h>

namespace branchline::hook {
namespace {

using namespace isc::dhcp;

bool is_phone(const Pkt4& query, Endpoints endpoints) {
    if (endpoints == Endpoints::all) {
        return true;
    }
    const auto* vendor_class = look(query, DHO_VENDOR_CLASS_IDENTIFIER);
    return (vendor_class != nullptr && is_cisco_vendor_class(payload(*vendor_class))) ||
           has_cisco_enterprise(query, DHO_VIVCO_SUBOPTIONS, true) || is_in_phone_class(query);
}

ByteView hardware_address(const Pkt4& query) {
    const auto& address = query.getHWAddr();
    return address ? ByteView(address->hwaddr_) : ByteView();
}

void override_with_host4(Setting& setting, const Table& table, std::uint32_t subnet, const Pkt4& query) {
    if (!table.has_hosts() || !is_known(query)) {
        return;
    }
    if (override_with_host(setting, table, subnet, Host::IDENT_HWADDR, hardware_address(query))) {
        return;
    }
    if (const auto* client_id = look(query, DHO_DHCP_CLIENT_IDENTIFIER)) {
        const auto bytes = payload(*client_id);
        if (override_with_host(setting, table, subnet, Host::IDENT_CLIENT_ID, bytes)) {
            return;
        }
        // RFC 4361: type 255, four bytes of IAID, then the DUID.
        constexpr std::size_t before_duid = 5;
        if (bytes.size() > before_duid && bytes[0] == 255 &&
            override_with_host(setting, table, subnet, Host::IDENT_DUID, bytes.subspan(before_duid))) {
            return;
        }
    }
    if (const auto* agent = look(query, DHO_DHCP_AGENT_OPTIONS)) {
        const auto& parts = agent->getOptions();
        if (const auto circuit = parts.find(RAI_OPTION_AGENT_CIRCUIT_ID); circuit != parts.end()) {
            override_with_host(setting, table, subnet, Host::IDENT_CIRCUIT_ID, payload(*circuit->second));
        }
    }
}

api::LeaseEvent::Kind kind_of(const Pkt4& query, const Pkt4& response) {
    using Kind = api::LeaseEvent::Kind;
    if (response.getType() == DHCPOFFER) {
        return Kind::offered;
    }
    if (query.getType() == DHCPINFORM) {
        return Kind::seen;
    }
    return query.getCiaddr().isV4Zero() ? Kind::committed : Kind::renewed;
}

Address nonzero(const isc::asiolink::IOAddress& address) {
    return address.isV4Zero() ? Address{} : to_address(address);
}

void describe_client(EventRecord& record, const Pkt4& query) {
    record.family = Family::v4;
    record.set_mac(hardware_address(query));
    if (const auto* client_id = look(query, DHO_DHCP_CLIENT_IDENTIFIER)) {
        record.set_client_id(payload(*client_id));
    }
    if (const auto* vendor_class = look(query, DHO_VENDOR_CLASS_IDENTIFIER)) {
        record.set_vendor_class(as_text(payload(*vendor_class)));
    }
    record.relay = nonzero(query.getGiaddr());
}

void send4(Runtime& all, isc::hooks::CalloutHandle& handle) {
    const auto response = argument<Packet4>(handle, "response4");
    if (!response || (response->getType() != DHCPOFFER && response->getType() != DHCPACK)) {
        return;
    }
    const auto query = argument<Packet4>(handle, "query4");
    const auto subnet = argument<ClientSubnet4>(handle, "subnet4");
    const auto published = all.table.read();
    const auto surroundings = all.surroundings.read();
    if (!query || !published || !surroundings) {
        return;
    }
    const auto& table = in_force(*published);
    const std::uint32_t subnet_id = subnet ? subnet->getID() : 0;
    const auto leased = nonzero(response->getYiaddr());
    auto setting = table.setting(subnet_id, leased.empty() ? nonzero(query->getCiaddr()) : leased);
    override_with_classes(setting, table, *query);
    override_with_host4(setting, table, subnet_id, *query);

    Choice choice;
    if (is_phone(*query, setting.endpoints)) {
        const Asker asker{static_cast<int>(query->getIndex()), prefix_of(subnet), nonzero(query->getLocalAddr()),
                          hardware_address(*query)};
        choose_servers(setting, Family::v4, asker, *surroundings, choice);
        if (choice.count == 0) {
            all.statistics.add(HookCounter::no_server);
        } else {
            put_option_150(*response, choice.view());
            all.statistics.add(HookCounter::option_150_sent);
            if (setting.alternatives.option_66) {
                put_option_66(*response, to_text(choice.addresses[0]));
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
        record.address = leased.empty() ? nonzero(query->getCiaddr()) : leased;
        record.subnet = subnet_id;
        record.set_servers(choice.view());
        record.why_none = choice.why_none;
        if (const auto* lifetime = dynamic_cast<const isc::dhcp::OptionUint32*>(look(*response, DHO_DHCP_LEASE_TIME))) {
            record.lifetime = lifetime->getValue();
        }
    });
}

/// Before Kea has looked at it: a DISCOVER, of which is not known yet whether an OFFER follows, and a REQUEST to a stranger,
/// which Kea passes over. A look for other DHCP servers, ours or a partner's, wants no answer of this one.
void received4(Runtime& all, isc::hooks::CalloutHandle& handle) {
    const auto query = argument<Packet4>(handle, "query4");
    if (!query) {
        return;
    }
    const auto seen = first_look(ByteView(query->data_.data(), query->data_.size()));
    if (!seen || (seen->type != DHCPDISCOVER && seen->type != DHCPREQUEST)) {
        return;
    }
    if (as_text(seen->vendor_class) == probe_mark) {
        handle.setStatus(isc::hooks::CalloutHandle::NEXT_STEP_DROP);
        return;
    }
    const auto published = all.table.read();
    const auto surroundings = all.surroundings.read();
    if (!published || !surroundings) {
        return;
    }
    const auto& setting = in_force(*published).global();
    if (seen->type == DHCPREQUEST && !is_stranger(seen->server, setting, *surroundings)) {
        return;
    }
    leave_event(all, setting, [&](EventRecord& record) {
        record.family = Family::v4;
        record.set_mac(seen->mac);
        record.set_client_id(seen->client_id);
        record.set_vendor_class(as_text(seen->vendor_class));
        record.relay = seen->relay;
        if (seen->type == DHCPREQUEST) {
            record.kind = api::LeaseEvent::Kind::elsewhere;
            record.set_servers({&seen->server, 1});
            return;
        }
        record.kind = api::LeaseEvent::Kind::asked;
        const bool phone = setting.endpoints == Endpoints::all || is_cisco_vendor_class(seen->vendor_class) ||
                           names_cisco_enterprise(seen->vendor_identifying_class, true);
        record.why_none = phone ? "not-answered" : "not-a-phone";
    });
}

/// A lease that ended: the packet that ended it is there except when time did.
void ended4(Runtime& all, isc::hooks::CalloutHandle& handle, api::LeaseEvent::Kind kind, bool has_query) {
    const auto lease = argument<EndedLease4>(handle, "lease4");
    const auto published = all.table.read();
    if (!lease || !published) {
        return;
    }
    const auto setting = in_force(*published).setting(lease->subnet_id_, to_address(lease->addr_));
    leave_event(all, setting, [&](EventRecord& record) {
        record.family = Family::v4;
        describe_ended(record, *lease, kind);
        if (lease->client_id_) {
            record.set_client_id(lease->client_id_->getClientId());
        }
        if (has_query) {
            if (const auto query = argument<Packet4>(handle, "query4")) {
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

BRANCHLINE_EXPORT int buffer4_receive(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { received4(all, handle); });
}

BRANCHLINE_EXPORT int pkt4_send(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { send4(all, handle); });
}

BRANCHLINE_EXPORT int lease4_release(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { ended4(all, handle, Kind::released, true); });
}

BRANCHLINE_EXPORT int lease4_decline(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { ended4(all, handle, Kind::declined, true); });
}

BRANCHLINE_EXPORT int lease4_expire(isc::hooks::CalloutHandle& handle) {
    return guarded([&](Runtime& all) { ended4(all, handle, Kind::expired, false); });
}
}
