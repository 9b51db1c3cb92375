// What branchline-appliance.conf says of the box itself: its name, network, time and administration. A value; how it is read is
// appliance_reader's business, what the system makes of it system_files'.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace branchline {

/// An address with the length of its network's prefix, such as 192.0.2.1/24.
struct InterfaceAddress {
    boost::asio::ip::address address;
    unsigned prefix_length = 0;  ///< 0..32 or 0..128

    [[nodiscard]] std::string text() const { return address.to_string() + "/" + std::to_string(prefix_length); }
    /// `other` is in the same network.
    [[nodiscard]] bool reaches(const boost::asio::ip::address& other) const;
};

struct Vlan {
    std::string port;      ///< the interface that carries it
    std::uint16_t id = 0;  ///< 1..4094 (IEEE 802.1Q)
};

struct Interface {
    std::string name;  ///< "port1", "port2", …: the box's ports in the order of their buses; or a VLAN's own name
    std::optional<Vlan> vlan{};
    std::vector<InterfaceAddress> addresses{};
    bool dhcp4 = false;  ///< the box asks for its own address by DHCPv4
    bool dhcp6 = false;
    bool slaac = false;  ///< address and default route from router advertisements (RFC 4862)
};

struct Route {
    std::string to;  ///< "default" or a network with its prefix length
    boost::asio::ip::address via;
    std::string interface;  ///< the one whose network holds `via`
};

/// Where the log goes beside the box's own memory (RFC 5424; over UDP RFC 5426, over TCP RFC 6587).
struct Syslog {
    boost::asio::ip::address server;
    std::uint16_t port = 514;
    bool tcp = false;
};

struct Appliance {
    std::string host_name = "branchline";
    std::vector<Interface> interfaces{};
    std::vector<Route> routes{};
    std::vector<boost::asio::ip::address> dns_servers{};
    std::vector<std::string> ntp_servers{};     ///< names or addresses
    std::optional<Syslog> syslog{};             ///< none = the log leaves the box only when somebody asks for it
    std::vector<std::string> ssh_keys{};        ///< lines of an authorized_keys file; none = SSH is off
    std::vector<std::string> admin_networks{};  ///< from where SSH and the web console may be used; none = from nowhere
    std::uint16_t console_port = 0;             ///< that of the daemon's admin-listener, open to those networks; 0 = to nobody
    std::string update_url{};                   ///< where "update" looks; empty = nowhere
    std::string update_ca{};                    ///< certificate that vouches for it, base64; empty = Debian's authorities
};

/// What a box without a configuration does: it asks for addresses on its first port and serves nobody.
Appliance safe_appliance();

}  // namespace branchline
