#include "image/appliance/system_files.h"

#include <algorithm>
#include <string_view>

namespace branchline {
namespace {

std::string_view dhcp_word(const Interface& interface) {
    if (interface.dhcp4) {
        return interface.dhcp6 ? "yes" : "ipv4";
    }
    return interface.dhcp6 ? "ipv6" : "no";
}

std::string network_file(const Appliance& appliance, const Interface& interface) {
    std::string text = "[Match]\nName=" + interface.name + "\n\n[Network]\nDHCP=" + std::string(dhcp_word(interface)) +
                       "\nIPv6AcceptRA=" + (interface.slaac ? "yes" : "no") +
                       "\nLinkLocalAddressing=ipv6\nLLDP=no\n"
                       // Addresses stay while the cable is out: the servers bound to them go on when it is back.
                       "ConfigureWithoutCarrier=yes\nIgnoreCarrierLoss=yes\n";
    for (const Interface& other : appliance.interfaces) {
        if (other.vlan && other.vlan->port == interface.name) {
            text += "VLAN=" + other.name + "\n";
        }
    }
    for (const auto& address : interface.addresses) {
        text += "Address=" + address.text() + "\n";
    }
    for (const auto& server : appliance.dns_servers) {
        text += "DNS=" + server.to_string() + "\n";
    }
    for (const auto& route : appliance.routes) {
        if (route.interface == interface.name) {
            text += "\n[Route]\nGateway=" + route.via.to_string() + "\n";
            if (route.to != "default") {
                text += "Destination=" + route.to + "\n";
            }
        }
    }
    // The box is known by its name only where it asks for an address of its own.
    if (interface.dhcp4) {
        text += "\n[DHCPv4]\nUseHostname=no\nSendHostname=yes\n";
    }
    return text;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? std::string() : std::string(between)) + word;
    }
    return text;
}

}  // namespace

std::string packet_filter(const Appliance& appliance) {
    std::string admin;
    for (const auto& network : appliance.admin_networks) {
        const std::string from = "        " + std::string(network.find(':') != std::string::npos ? "ip6" : "ip") + " saddr " +
                                 network + " tcp dport ";
        if (!appliance.ssh_keys.empty()) {
            admin += from + "22 accept\n";
        }
        if (appliance.console_port != 0) {
            admin += from + std::to_string(appliance.console_port) + " accept\n";
        }
    }
    std::string dhcp6;
    for (const auto& interface : appliance.interfaces) {
        if (interface.dhcp6 || interface.slaac) {
            dhcp6 += "        iifname \"" + interface.name + "\" ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept\n";
        }
    }
    return "table inet branchline\n"
           "delete table inet branchline\n"
           "table inet branchline {\n"
           // A remote TFTP server answers from another port than it was asked on; the helper expects exactly that answer.
           "    ct helper tftp { type \"tftp\" protocol udp; }\n"
           "    chain output {\n"
           "        type filter hook output priority filter; policy accept;\n"
           "        meta skuid branchline-tftpd meta l4proto udp ct state new ct helper set \"tftp\"\n"
           "    }\n"
           "    chain input {\n"
           "        type filter hook input priority filter; policy drop;\n"
           "        iif lo accept\n"
           "        ct state established,related accept\n"
           "        ct state invalid drop\n"
           "        icmp type { echo-request, destination-unreachable, time-exceeded, parameter-problem } accept\n"
           "        icmpv6 type { echo-request, destination-unreachable, packet-too-big, time-exceeded, parameter-problem, "
           "nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query } accept\n"
           "        udp dport { 67, 69, 547 } accept\n"
           "        tcp dport { 2445, 6970, 6971, 6972, 6973 } accept\n" +
           dhcp6 + admin +
           "    }\n"
           "    chain forward {\n"
           "        type filter hook forward priority filter; policy drop;\n"
           "    }\n"
           "}\n";
}

SystemFiles system_files(const Appliance& appliance) {
    SystemFiles files;
    for (const auto& interface : appliance.interfaces) {
        files["systemd/network/50-" + interface.name + ".network"] = network_file(appliance, interface);
        if (interface.vlan) {
            files["systemd/network/50-" + interface.name + ".netdev"] =
                "[NetDev]\nName=" + interface.name + "\nKind=vlan\n\n[VLAN]\nId=" + std::to_string(interface.vlan->id) + "\n";
        }
    }
    files["appliance/hostname"] = appliance.host_name + "\n";
    std::string resolv;
    for (const auto& server : appliance.dns_servers) {
        resolv += "nameserver " + server.to_string() + "\n";
    }
    files["appliance/resolv.conf"] = resolv;
    if (!appliance.ntp_servers.empty()) {
        files["systemd/timesyncd.conf.d/branchline.conf"] = "[Time]\nNTP=" + joined(appliance.ntp_servers, " ") + "\n";
    }
    if (appliance.syslog) {
        const auto& to = *appliance.syslog;
        const std::string server = to.server.is_v6() ? "[" + to.server.to_string() + "]" : to.server.to_string();
        files["systemd/netlogd.conf.d/branchline.conf"] =
            "[Network]\nAddress=" + server + ":" + std::to_string(to.port) + "\nProtocol=" + (to.tcp ? "tcp" : "udp") + "\n";
    }
    files["appliance/firewall.nft"] = packet_filter(appliance);
    if (!appliance.ssh_keys.empty()) {
        files["appliance/ssh/authorized_keys"] = joined(appliance.ssh_keys, "\n") + "\n";
    }
    if (!appliance.update_url.empty()) {
        files["appliance/update-url"] = appliance.update_url + "\n";
    }
    if (!appliance.update_ca.empty()) {
        std::string pem = "-----BEGIN CERTIFICATE-----\n";
        for (std::size_t at = 0; at < appliance.update_ca.size(); at += 64) {
            pem += appliance.update_ca.substr(at, 64) + "\n";
        }
        files["appliance/update-ca.pem"] = pem + "-----END CERTIFICATE-----\n";
    }
    return files;
}

}  // namespace branchline
