#include "tftpd/config/machine.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace branchline {

bool Machine::has(const IpAddress& address) const {
    const IpAddress asked = unmapped(address);
    return asked.is_loopback() || std::find(addresses.begin(), addresses.end(), asked) != addresses.end();
}

Machine this_machine() {
    Machine machine;
    // Kea reads the same variable for its own command sockets; an empty one counts as not set.
    if (const char* directory = std::getenv("KEA_CONTROL_SOCKET_DIR"); directory != nullptr && *directory != '\0') {
        machine.socket_directory = directory;
    }
    ifaddrs* interfaces = nullptr;
    if (::getifaddrs(&interfaces) != 0) {
        return machine;
    }
    for (const ifaddrs* entry = interfaces; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr) {
            continue;
        }
        if (entry->ifa_addr->sa_family == AF_INET) {
            sockaddr_in v4{};
            std::memcpy(&v4, entry->ifa_addr, sizeof v4);
            machine.addresses.emplace_back(boost::asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)));
        } else if (entry->ifa_addr->sa_family == AF_INET6) {
            sockaddr_in6 v6{};
            std::memcpy(&v6, entry->ifa_addr, sizeof v6);
            boost::asio::ip::address_v6::bytes_type bytes;
            std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
            machine.addresses.emplace_back(boost::asio::ip::address_v6(bytes));
        }
    }
    ::freeifaddrs(interfaces);
    return machine;
}

}  // namespace branchline
