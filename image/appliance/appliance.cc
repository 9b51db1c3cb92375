#include "image/appliance/appliance.h"

#include <algorithm>

namespace branchline {

bool InterfaceAddress::reaches(const boost::asio::ip::address& other) const {
    namespace ip = boost::asio::ip;
    if (address.is_v4() != other.is_v4()) {
        return false;
    }
    if (address.is_v4()) {
        const auto length = static_cast<unsigned short>(prefix_length);
        return ip::make_network_v4(address.to_v4(), length).canonical() ==
               ip::make_network_v4(other.to_v4(), length).canonical();
    }
    const auto length = static_cast<unsigned short>(prefix_length);
    return ip::make_network_v6(address.to_v6(), length).canonical() == ip::make_network_v6(other.to_v6(), length).canonical();
}

Appliance safe_appliance() {
    Appliance appliance;
    appliance.interfaces.push_back({.name = "port1", .dhcp4 = true, .dhcp6 = false, .slaac = true});
    return appliance;
}

}  // namespace branchline
