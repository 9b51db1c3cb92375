#include "kea-hooks/callouts.h"

#include "kea-hooks/endpoint.h"

#include <dhcp/option_vendor.h>
#include <dhcp/option_vendor_class.h>

#include <iterator>

namespace branchline::hook {

void override_with_classes(Setting& setting, const Table& table, const isc::dhcp::Pkt& query) {
    if (!table.has_classes()) {
        return;
    }
    // The first class is the nearest, so it is laid on last.
    const auto& classes = query.getClasses();
    std::vector<const Layer*> layers;
    for (const auto& name : classes) {
        if (const auto* layer = table.find_class(name)) {
            layers.push_back(layer);
        }
    }
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
        setting.override_with(**layer);
    }
}

bool override_with_host(Setting& setting, const Table& table, std::uint32_t subnet, int identifier_type, ByteView identifier) {
    if (identifier.empty()) {
        return false;
    }
    for (const auto where : {subnet, global_host}) {
        if (const auto* layer = table.find_host(host_key(where, identifier_type, identifier))) {
            setting.override_with(*layer);
            return true;
        }
    }
    return false;
}

void describe_ended(EventRecord& record, const isc::dhcp::Lease& lease, api::LeaseEvent::Kind kind) {
    if (lease.hwaddr_) {
        record.set_mac(lease.hwaddr_->hwaddr_);
    }
    record.kind = kind;
    record.address = to_address(lease.addr_);
    record.subnet = lease.subnet_id_;
}

bool is_known(const isc::dhcp::Pkt& query) {
    static const isc::dhcp::ClientClass known("KNOWN");
    return query.getClasses().contains(known);
}

bool is_in_phone_class(const isc::dhcp::Pkt& query) {
    static const isc::dhcp::ClientClass phones(phone_class);
    return query.getClasses().contains(phones);
}

bool has_cisco_enterprise(const isc::dhcp::Pkt& query, std::uint16_t code, bool v4_lists) {
    const auto range = query.options_.equal_range(code);
    for (auto place = range.first; place != range.second; ++place) {
        const auto& option = *place->second;
        if (const auto* vendor_class = dynamic_cast<const isc::dhcp::OptionVendorClass*>(&option)) {
            if (vendor_class->getVendorId() == cisco_enterprise) {
                return true;
            }
        } else if (const auto* vendor = dynamic_cast<const isc::dhcp::OptionVendor*>(&option)) {
            if (vendor->getVendorId() == cisco_enterprise) {
                return true;
            }
        } else if (names_cisco_enterprise(payload(option), v4_lists)) {
            return true;
        }
    }
    return false;
}

}  // namespace branchline::hook
