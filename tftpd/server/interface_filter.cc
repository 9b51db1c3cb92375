#include "tftpd/server/interface_filter.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace branchline {

namespace {

/// An IPv4 address that came in mapped form, and a scope, compare as what they are.
IpAddress plain(const IpAddress& address) {
    if (address.is_v6()) {
        const auto v6 = address.to_v6();
        if (v6.is_v4_mapped()) {
            return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6);
        }
        return boost::asio::ip::address_v6(v6.to_bytes());
    }
    return address;
}

/// Any other family comes out as nothing.
std::optional<IpAddress> address_of(const sockaddr* held) {
    if (held != nullptr && held->sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, held, sizeof v4);
        return boost::asio::ip::address_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (held != nullptr && held->sa_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, held, sizeof v6);
        boost::asio::ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return boost::asio::ip::address_v6(bytes);
    }
    return std::nullopt;
}

/// The name of the interface that holds `local`; empty = none does.
std::string interface_with(const IpAddress& local) {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) {
        return {};
    }
    std::string name;
    for (const ifaddrs* each = list; each != nullptr && name.empty(); each = each->ifa_next) {
        if (address_of(each->ifa_addr) == local) {
            name = each->ifa_name;
        }
    }
    freeifaddrs(list);
    return name;
}

}  // namespace

InterfaceFilter::InterfaceFilter(const std::vector<std::string>& interfaces) {
    for (const auto& each : interfaces) {
        boost::system::error_code not_an_address;
        const auto address = boost::asio::ip::make_address(each, not_an_address);
        if (each == "*") {
            all_ = true;
        } else if (!not_an_address) {
            addresses_.push_back(plain(address));
        } else {
            names_.push_back(each);
        }
    }
}

bool InterfaceFilter::accepts(const IpAddress& local, unsigned interface_index) const {
    if (all_) {
        return true;
    }
    const auto address = plain(local);
    if (std::find(addresses_.begin(), addresses_.end(), address) != addresses_.end()) {
        return true;
    }
    if (names_.empty()) {
        return false;
    }
    // Asked of the kernel each time: an interface may be renamed or come back with another index while we serve.
    std::string name;
    if (interface_index != 0) {
        std::array<char, IF_NAMESIZE> text{};
        name = if_indextoname(interface_index, text.data()) != nullptr ? text.data() : "";
    } else {
        name = interface_with(address);
    }
    return !name.empty() && std::find(names_.begin(), names_.end(), name) != names_.end();
}

bool InterfaceFilter::has_address() const {
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) {
        return true;  // not known; a false alarm would take us out of what phones are told
    }
    bool found = false;
    for (const ifaddrs* each = list; each != nullptr && !found; each = each->ifa_next) {
        const auto address = address_of(each->ifa_addr);
        if (!address || (address->is_v6() && address->to_v6().is_link_local())) {
            continue;
        }
        const bool named = std::find(addresses_.begin(), addresses_.end(), *address) != addresses_.end() ||
                           std::find(names_.begin(), names_.end(), each->ifa_name) != names_.end();
        found = named || (all_ && !address->is_loopback());
    }
    freeifaddrs(list);
    return found;
}

}  // namespace branchline
