#include "kea-hooks/options.h"

#include "kea-hooks/endpoint.h"
#include "kea-hooks/kea.h"

#include <dhcp/dhcp4.h>
#include <dhcp/dhcp6.h>
#include <dhcp/option4_addrlst.h>
#include <dhcp/option6_addrlst.h>
#include <dhcp/option_string.h>
#include <dhcp/option_vendor.h>

namespace branchline::hook {
namespace {

using namespace isc::dhcp;

constexpr std::uint16_t option_150 = 150;  // no constant in Kea: several makers use the number
constexpr std::uint16_t suboption_addresses = 1;
constexpr std::uint16_t suboption_name = 2;

std::vector<isc::asiolink::IOAddress> to_kea_list(std::span<const Address> servers) {
    std::vector<isc::asiolink::IOAddress> list;
    list.reserve(servers.size());
    for (const auto& server : servers) {
        list.push_back(to_kea(server));
    }
    return list;
}

void replace(isc::dhcp::OptionCollection& options, std::uint16_t code, const OptionPtr& option) {
    options.erase(code);
    options.emplace(code, option);
}

/// A copy of `option` if it is the vendor option of enterprise 9, else null.
OptionVendorPtr own_vendor_option(const OptionPtr& option) {
    if (const auto* typed = dynamic_cast<const OptionVendor*>(option.get())) {
        if (typed->getVendorId() == cisco_enterprise) {
            return boost::dynamic_pointer_cast<OptionVendor>(typed->clone());
        }
        return {};
    }
    // Another hook may have put it there as plain bytes.
    const auto& bytes = option->getData();
    if (names_cisco_enterprise({bytes.data(), bytes.size()}, false)) {
        return boost::dynamic_pointer_cast<OptionVendor>(OptionVendor(Option::V6, bytes.begin(), bytes.end()).clone());
    }
    return {};
}

}  // namespace

void put_option_150(isc::dhcp::Pkt4& response, std::span<const Address> servers) {
    const isc::dhcp::Option4AddrLst made(option_150, to_kea_list(servers));
    replace(response.options_, option_150, made.clone());
}

void put_option_66(isc::dhcp::Pkt4& response, const std::string& server) {
    const isc::dhcp::OptionString made(Option::V4, DHO_TFTP_SERVER_NAME, server);
    replace(response.options_, DHO_TFTP_SERVER_NAME, made.clone());
}

void put_vendor_option(isc::dhcp::Pkt6& response, std::span<const Address> servers, const std::string& name) {
    auto [place, end] = response.options_.equal_range(D6O_VENDOR_OPTS);
    OptionVendorPtr vendor;
    for (; place != end; ++place) {
        vendor = own_vendor_option(place->second);
        if (vendor) {
            place->second = vendor;
            break;
        }
    }
    if (!vendor) {
        vendor = boost::dynamic_pointer_cast<OptionVendor>(OptionVendor(Option::V6, cisco_enterprise).clone());
        response.options_.emplace(static_cast<unsigned>(D6O_VENDOR_OPTS), vendor);
    }
    while (vendor->delOption(suboption_addresses)) {
    }
    vendor->addOption(isc::dhcp::Option6AddrLst(suboption_addresses, to_kea_list(servers)).clone());
    if (!name.empty()) {
        while (vendor->delOption(suboption_name)) {
        }
        vendor->addOption(isc::dhcp::OptionString(Option::V6, suboption_name, name).clone());
    }
}

}  // namespace branchline::hook
