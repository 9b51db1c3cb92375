#include "image/appliance/appliance_reader.h"

#include "tftpd/base/decimal.h"
#include "tftpd/config/json_text.h"
#include "tftpd/config/map_reader.h"

#include <algorithm>
#include <cctype>

namespace branchline {
namespace {

namespace ip = boost::asio::ip;
using isc::data::ConstElementPtr;

constexpr std::size_t maximum_name = 15;  // of an interface: IFNAMSIZ without its closing NUL
constexpr std::size_t maximum_ssh_key = 4096;
constexpr std::size_t maximum_certificate = 16384;

bool lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_base64(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/' || c == '=';
}

// RFC 1123 2.1: letters, digits and '-', the last not at either end.
bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-'; });
}

bool is_host_name(std::string_view text) {
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t dot = std::min(text.find('.', at), text.size());
        if (!is_label(text.substr(at, dot - at))) {
            return false;
        }
        at = dot + 1;
    }
    return text.size() <= 253;
}

std::optional<ip::address> address_of(const std::string& text) {
    boost::system::error_code error;
    const auto address = ip::make_address(text, error);
    return error ? std::nullopt : std::optional(address);
}

// "address/length"; nothing if it is not one.
std::optional<InterfaceAddress> prefixed(const std::string& text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) {
        return std::nullopt;
    }
    const auto address = address_of(text.substr(0, slash));
    const auto length = decimal<unsigned>(std::string_view(text).substr(slash + 1));
    if (!address || !length || *length > (address->is_v4() ? 32U : 128U)) {
        return std::nullopt;
    }
    return InterfaceAddress{*address, *length};
}

class ApplianceReader {
public:
    explicit ApplianceReader(const MapReader& map) : map_(map) {}

    Appliance read() {
        box_.host_name = map_.text("host-name", box_.host_name, 1, 63);
        if (!is_label(box_.host_name)) {
            map_.fail("host-name", "the host-name " + shown(box_.host_name) +
                                       " has other characters than letters, digits and \"-\" between them (RFC 1123). "
                                       "Write one label, such as \"branch-17\".");
        }
        map_.require("interfaces", R"("interfaces": [ { "name": "port1", "addresses": [ "192.0.2.1/24" ] } ])");
        for (const auto& element : map_.list("interfaces", 1, maximum_appliance_interfaces)) {
            read_interface(element);
        }
        check_vlans();
        for (const auto& element : map_.list("routes", 0, maximum_routes)) {
            read_route(element);
        }
        read_servers();
        read_syslog();
        read_admin();
        read_update();
        return std::move(box_);
    }

private:
    void read_interface(const ConstElementPtr& element) {
        const MapReader map(element, "interface", {"name", "vlan", "addresses", "dhcp", "slaac"});
        map.require("name", R"("name": "port1")");
        Interface interface;
        interface.name = map.text("name", {}, 1, maximum_name);
        if (!lower_or_digit(interface.name.front()) || !std::all_of(interface.name.begin(), interface.name.end(), [](char c) {
                return lower_or_digit(c) || c == '-' || c == '.';
            })) {
            map.fail("name",
                     "the interface's name " + shown(interface.name) +
                         " has other characters than a-z, 0-9, \"-\" and \".\". Use \"port1\", \"port2\", … for the box's "
                         "ports, and such a word for a VLAN.");
        }
        for (const Interface& other : box_.interfaces) {
            if (other.name == interface.name) {
                map.fail("name", "the interface " + shown(interface.name) + " is there twice. Put its settings together.");
            }
        }
        if (map.has("vlan")) {
            const MapReader vlan(map.get("vlan"), "vlan", {"port", "id"});
            vlan.require("port", R"("port": "port1")");
            vlan.require("id", R"("id": 20)");
            interface.vlan = Vlan{vlan.text("port", {}, 1, maximum_name), vlan.number<std::uint16_t>("id", 1, 1, 4094)};
        } else if (!interface.name.starts_with("port")) {
            map.fail("name",
                     "there is no port " + shown(interface.name) +
                         "; the box's ports are called \"port1\", \"port2\", …, and any other name belongs to a VLAN. Correct "
                         "the name, or add \"vlan\": { \"port\": \"port1\", \"id\": 20 }.");
        }
        for (const auto& address : map.list("addresses", 0, maximum_interface_addresses)) {
            interface.addresses.push_back(read_address(address));
        }
        const std::size_t dhcp = map.choice("dhcp", 0, {"none", "ipv4", "ipv6", "both"});
        interface.dhcp4 = dhcp == 1 || dhcp == 3;
        interface.dhcp6 = dhcp == 2 || dhcp == 3;
        interface.slaac = map.boolean("slaac", interface.dhcp6);
        box_.interfaces.push_back(std::move(interface));
        places_.push_back(map.place(map.has("vlan") ? "vlan" : "name"));
    }

    static InterfaceAddress read_address(const ConstElementPtr& element) {
        const std::string text = checked_text(*element, "an address", 1, 64);
        const auto address = prefixed(text);
        if (!address) {
            throw ConfigError(position_of(*element),
                              shown(text) +
                                  " is no address with the length of its network's prefix. Write it such as "
                                  "\"192.0.2.1/24\" or \"2001:db8:1::1/64\".");
        }
        if (address->address.is_unspecified() || address->address.is_multicast() || address->address.is_loopback()) {
            throw ConfigError(position_of(*element),
                              shown(text) + " cannot be an interface's own address. Write the box's address.");
        }
        return *address;
    }

    // After all interfaces are known, since a VLAN may stand before its port.
    void check_vlans() const {
        for (std::size_t at = 0; at < box_.interfaces.size(); ++at) {
            const Interface& interface = box_.interfaces[at];
            if (!interface.vlan) {
                continue;
            }
            const auto port = std::find_if(box_.interfaces.begin(), box_.interfaces.end(), [&](const Interface& other) {
                return other.name == interface.vlan->port && !other.vlan;
            });
            if (port == box_.interfaces.end()) {
                throw ConfigError(places_[at], "the VLAN " + shown(interface.name) + " is on the port " +
                                                   shown(interface.vlan->port) +
                                                   ", which is not among the interfaces. Add { \"name\": \"" +
                                                   interface.vlan->port + "\" } or correct the port.");
            }
            for (std::size_t before = 0; before < at; ++before) {
                const auto& other = box_.interfaces[before].vlan;
                if (other && other->port == interface.vlan->port && other->id == interface.vlan->id) {
                    throw ConfigError(places_[at], "VLAN " + std::to_string(interface.vlan->id) + " of " +
                                                       interface.vlan->port + " is " + shown(box_.interfaces[before].name) +
                                                       " already; a VLAN is one interface. Put their settings together.");
                }
            }
        }
    }

    void read_route(const ConstElementPtr& element) {
        const MapReader map(element, "route", {"to", "via"});
        map.require("via", R"("via": "192.0.2.254")");
        Route route;
        route.to = map.text("to", "default", 1, 64);
        const std::string via = map.text("via", {}, 1, 64);
        const auto gateway = address_of(via);
        if (!gateway) {
            map.fail("via", shown(via) + " is no address. Write the router's address, such as \"192.0.2.254\".");
        }
        route.via = *gateway;
        if (route.to != "default") {
            const auto network = prefixed(route.to);
            if (!network || network->address.is_v4() != gateway->is_v4()) {
                map.fail("to", shown(route.to) +
                                   " is no network of the router's family. Write \"default\" or a network such as " +
                                   (gateway->is_v4() ? "\"198.51.100.0/24\"." : "\"2001:db8:a::/48\"."));
            }
        }
        for (const Interface& interface : box_.interfaces) {
            for (const InterfaceAddress& address : interface.addresses) {
                if (address.reaches(route.via)) {
                    route.interface = interface.name;
                }
            }
        }
        if (route.interface.empty()) {
            map.fail("via",
                     "the router " + shown(via) +
                         " is in no network of the interfaces' addresses, so it cannot be reached. Correct it, or give an "
                         "interface an address of its network.");
        }
        box_.routes.push_back(std::move(route));
    }

    void read_servers() {
        for (const auto& element : map_.list("dns-servers", 0, maximum_servers)) {
            const std::string text = checked_text(*element, "a DNS server", 1, 64);
            const auto address = address_of(text);
            if (!address) {
                throw ConfigError(position_of(*element), shown(text) + " is no address; a DNS server is given by its address.");
            }
            box_.dns_servers.push_back(*address);
        }
        for (const auto& element : map_.list("ntp-servers", 0, maximum_servers)) {
            const std::string text = checked_text(*element, "an NTP server", 1, 253);
            if (!address_of(text) && !is_host_name(text)) {
                throw ConfigError(position_of(*element), shown(text) + " is neither an address nor a host's name.");
            }
            box_.ntp_servers.push_back(text);
        }
    }

    void read_syslog() {
        if (!map_.has("syslog")) {
            return;
        }
        const MapReader map(map_.get("syslog"), "syslog", {"server", "port", "protocol"});
        map.require("server", R"("server": "198.51.100.9")");
        const std::string server = map.text("server", {}, 1, 64);
        const auto address = address_of(server);
        if (!address) {
            map.fail("server", shown(server) +
                                   " is no address; the log's server is given by its address, since the log must get "
                                   "through when the DNS does not answer.");
        }
        box_.syslog =
            Syslog{*address, map.number<std::uint16_t>("port", 514, 1, 65535), map.choice("protocol", 0, {"udp", "tcp"}) == 1};
    }

    void read_admin() {
        if (!map_.has("admin")) {
            return;
        }
        const MapReader map(map_.get("admin"), "admin", {"ssh-keys", "networks", "console-port"});
        for (const auto& element : map.list("ssh-keys", 0, maximum_ssh_keys)) {
            const std::string key = checked_text(*element, "an SSH key", 1, maximum_ssh_key);
            if (!key.starts_with("ssh-ed25519 ") && !key.starts_with("ecdsa-sha2-nistp") && !key.starts_with("ssh-rsa ")) {
                throw ConfigError(position_of(*element),
                                  "this is no public SSH key; one begins with \"ssh-ed25519 \", "
                                  "\"ecdsa-sha2-nistp…\" or \"ssh-rsa \". Copy the line of the .pub file.");
            }
            box_.ssh_keys.push_back(key);
        }
        for (const auto& element : map.list("networks", 0, maximum_admin_networks)) {
            const std::string text = checked_text(*element, "a network", 1, 64);
            if (!prefixed(text)) {
                throw ConfigError(position_of(*element), shown(text) + " is no network. Write it such as \"198.51.100.0/24\".");
            }
            box_.admin_networks.push_back(text);
        }
        box_.console_port = map.number<std::uint16_t>("console-port", 0, 0, 65535);
        if (!box_.ssh_keys.empty() && box_.admin_networks.empty()) {
            map.fail("ssh-keys",
                     "there are SSH keys and no \"networks\" from which they may be used, so SSH would stay off. Add "
                     "\"networks\": [ \"198.51.100.0/24\" ] with the administrators' networks.");
        }
        if (box_.console_port != 0 && box_.admin_networks.empty()) {
            map.fail(
                "console-port",
                "the console's port is named and no \"networks\" from which it may be reached, so it would stay closed. Add "
                "\"networks\": [ \"198.51.100.0/24\" ] with the administrators' networks.");
        }
        // These ports are everybody's, or nobody's: opening them to some would say what is not so.
        for (const int taken : {22, 6970, 6971}) {
            if (box_.console_port == taken) {
                map.fail("console-port", "port " + std::to_string(taken) +
                                             " is another service's; the console is at the port of \"admin-listener\" in "
                                             "branchline-tftpd.conf, 6980 unless that says otherwise.");
            }
        }
    }

    void read_update() {
        if (!map_.has("update")) {
            return;
        }
        const MapReader map(map_.get("update"), "update", {"url", "ca-certificate"});
        box_.update_url = map.text("url", {}, 0, 1024);
        if (!box_.update_url.empty() &&
            (!box_.update_url.starts_with("https://") || box_.update_url.find(' ') != std::string::npos)) {
            map.fail("url", shown(box_.update_url) +
                                " is no https address. Write where the bundle is, such as "
                                "\"https://updates.example.com/branchline.raucb\".");
        }
        box_.update_ca = map.text("ca-certificate", {}, 0, maximum_certificate);
        if (!std::all_of(box_.update_ca.begin(), box_.update_ca.end(), is_base64)) {
            map.fail("ca-certificate",
                     "this is no certificate in base64. Write it as one line, without -----BEGIN and -----END; "
                     "\"openssl x509 -in FILE -outform DER | base64 -w 0\" makes it so.");
        }
    }

    const MapReader& map_;
    Appliance box_;
    std::vector<Position> places_;  // of box_.interfaces, for what is found out later
};

}  // namespace

Appliance read_appliance(const ConstElementPtr& document) {
    const MapReader file(document, "the file", {"Appliance"});
    file.require("Appliance", R"({ "Appliance": { "interfaces": [ … ] } })");
    const MapReader map(file.get("Appliance"), "Appliance",
                        {"host-name", "interfaces", "routes", "dns-servers", "ntp-servers", "syslog", "admin", "update"});
    return ApplianceReader(map).read();
}

}  // namespace branchline
