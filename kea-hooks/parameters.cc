#include "kea-hooks/parameters.h"

#include "tftpd/base/bytes.h"

#include <algorithm>
#include <string_view>

namespace branchline::hook {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

/// Collects one scope's problems, each with the element's position in front.
class Reader {
public:
    Reader(const std::string& scope, Problems& problems) : scope_(scope), problems_(problems) {}

    void wrong(const ConstElementPtr& at, const std::string& what) {
        problems_.push_back(at->getPosition().str() + ": " + what + " (" + scope_ + ")");
    }

    std::optional<std::string> text(const ConstElementPtr& value, const std::string& key, const std::string& allowed) {
        if (value->getType() == Element::string) {
            return value->stringValue();
        }
        wrong(value, "\"" + key + "\" must be a string: " + allowed);
        return std::nullopt;
    }

    std::optional<ServerList> servers(const ConstElementPtr& value);
    std::optional<Alternatives> alternatives(const ConstElementPtr& value);
    std::optional<std::string> event_socket(const ConstElementPtr& value);
    std::optional<unsigned> probe_interval(const ConstElementPtr& value);
    std::optional<std::vector<Address>> known_dhcp_servers(const ConstElementPtr& value);

private:
    bool server(const ConstElementPtr& value, ServerList& list);
    bool add(const ConstElementPtr& value, const ServerEntry& entry, std::vector<ServerEntry>& list);

    const std::string& scope_;
    Problems& problems_;
};

std::string quoted(const std::string& text) {
    return "\"" + escaped(text, 64) + "\"";
}

bool Reader::add(const ConstElementPtr& value, const ServerEntry& entry, std::vector<ServerEntry>& list) {
    if (std::find(list.begin(), list.end(), entry) != list.end()) {
        wrong(value, quoted(value->stringValue()) + " stands twice in \"tftp-servers\"; remove one");
        return false;
    }
    if (list.size() == max_servers) {
        wrong(value,
              "more than 63 addresses of one family in \"tftp-servers\"; option 150 holds at most 63 IPv4 addresses. "
              "Remove some, or give subnets lists of their own");
        return false;
    }
    list.push_back(entry);
    return true;
}

bool Reader::server(const ConstElementPtr& value, ServerList& list) {
    const auto written = text(value, "tftp-servers", "\"auto\" or an IPv4 or IPv6 address");
    if (!written) {
        return false;
    }
    if (*written == "auto") {
        return add(value, {}, list.v4) && add(value, {}, list.v6);
    }
    const auto address = parse_address(*written);
    if (!address) {
        wrong(value, quoted(*written) +
                         " in \"tftp-servers\" is not an IP address. Write \"auto\" or an IPv4 or IPv6 address; "
                         "phones are not given names here");
        return false;
    }
    const bool broadcast = *address == *parse_address("255.255.255.255");
    if (is_unspecified(*address) || is_multicast(*address) || is_loopback(*address) || broadcast) {
        wrong(value, quoted(*written) +
                         " in \"tftp-servers\" is not an address that a phone can ask. Write a server's own "
                         "address, or \"auto\" for this appliance");
        return false;
    }
    if (address->family() == Family::v6 && is_link_local(*address)) {
        wrong(value, quoted(*written) +
                         " in \"tftp-servers\" is link-local; a phone does not know on which link. Write a global "
                         "or unique local address");
        return false;
    }
    return add(value, {address}, address->family() == Family::v4 ? list.v4 : list.v6);
}

std::optional<ServerList> Reader::servers(const ConstElementPtr& value) {
    if (value->getType() != Element::list) {
        wrong(value, "\"tftp-servers\" must be a list, such as [ \"auto\", \"192.0.2.2\" ]");
        return std::nullopt;
    }
    ServerList list;
    bool good = true;
    for (const auto& entry : value->listValue()) {
        if (!server(entry, list)) {
            good = false;
            break;  // One message names the place; what follows a broken list is noise.
        }
    }
    return good ? std::optional<ServerList>(std::move(list)) : std::nullopt;
}

std::optional<Alternatives> Reader::alternatives(const ConstElementPtr& value) {
    const char* rule = "\"alternatives\" is a list of \"option-66\" and \"sub-option-2\", or empty";
    if (value->getType() != Element::list) {
        wrong(value, rule);
        return std::nullopt;
    }
    Alternatives asked;
    for (const auto& entry : value->listValue()) {
        const auto name = entry->getType() == Element::string ? entry->stringValue() : std::string();
        if (name == "option-66") {
            asked.option_66 = true;
        } else if (name == "sub-option-2") {
            asked.sub_option_2 = true;
        } else {
            wrong(entry, rule);
            return std::nullopt;
        }
    }
    return asked;
}

std::optional<std::string> Reader::event_socket(const ConstElementPtr& value) {
    auto path = text(value, "event-socket", "the path of a socket, or \"\" for no events");
    if (path && !path->empty() && (path->front() != '/' || path->find('\0') != std::string::npos)) {
        wrong(value, "\"event-socket\" must be an absolute path, or \"\" for no events");
        return std::nullopt;
    }
    if (path && path->size() > max_socket_path) {
        wrong(value, "\"event-socket\" is longer than the 107 bytes that a socket's path may have");
        return std::nullopt;
    }
    return path;
}

std::optional<unsigned> Reader::probe_interval(const ConstElementPtr& value) {
    if (value->getType() != Element::integer || value->intValue() < 0 || value->intValue() > longest_probe_interval) {
        wrong(value, "\"probe-interval\" must be a whole number of seconds from 0 (no look for other DHCP servers) to 604800");
        return std::nullopt;
    }
    return static_cast<unsigned>(value->intValue());
}

std::optional<std::vector<Address>> Reader::known_dhcp_servers(const ConstElementPtr& value) {
    const char* rule = "\"known-dhcp-servers\" is a list of at most 64 IPv4 and IPv6 addresses, or empty";
    if (value->getType() != Element::list || value->size() > max_known_dhcp_servers) {
        wrong(value, rule);
        return std::nullopt;
    }
    std::vector<Address> known;
    for (const auto& entry : value->listValue()) {
        const auto address = entry->getType() == Element::string ? parse_address(entry->stringValue()) : std::nullopt;
        if (!address) {
            wrong(entry, rule);
            return std::nullopt;
        }
        known.push_back(*address);
    }
    return known;
}

}  // namespace

Layer read_layer(const ConstElementPtr& map, const std::string& scope, Problems& problems) {
    Layer layer;
    if (!map || map->getType() == Element::null) {
        return layer;
    }
    Reader reader(scope, problems);
    if (map->getType() != Element::map) {
        reader.wrong(map, "the hook's settings must be a map { … }");
        return layer;
    }
    for (const auto& [key, value] : map->mapValue()) {
        if (key == "tftp-servers") {
            layer.servers = reader.servers(value);
        } else if (key == "endpoints") {
            const std::string allowed = "\"cisco\" or \"all\"";
            const auto word = reader.text(value, key, allowed);
            if (word == "cisco") {
                layer.endpoints = Endpoints::cisco;
            } else if (word == "all") {
                layer.endpoints = Endpoints::all;
            } else if (word) {
                reader.wrong(value, quoted(*word) + " is no value of \"endpoints\"; write " + allowed);
            }
        } else if (key == "order") {
            const std::string allowed = "\"listed\" or \"spread\"";
            const auto word = reader.text(value, key, allowed);
            if (word == "listed") {
                layer.order = Order::listed;
            } else if (word == "spread") {
                layer.order = Order::spread;
            } else if (word) {
                reader.wrong(value, quoted(*word) + " is no value of \"order\"; write " + allowed);
            }
        } else if (key == "withdraw-dead") {
            if (value->getType() == Element::boolean) {
                layer.withdraw_dead = value->boolValue();
            } else {
                reader.wrong(value, "\"withdraw-dead\" must be true or false, without quotes");
            }
        } else if (key == "alternatives") {
            layer.alternatives = reader.alternatives(value);
        } else if (key == "event-socket") {
            layer.event_socket = reader.event_socket(value);
        } else if (key == "probe-interval") {
            layer.probe_interval = reader.probe_interval(value);
        } else if (key == "known-dhcp-servers") {
            layer.known_dhcp_servers = reader.known_dhcp_servers(value);
        } else if (key != "comment") {
            reader.wrong(value, quoted(key) +
                                    " is no setting of the hook; known are tftp-servers, endpoints, order, "
                                    "withdraw-dead, alternatives, event-socket, probe-interval and known-dhcp-servers");
        }
    }
    return layer;
}

Layer read_user_context(const ConstElementPtr& user_context, const std::string& scope, Problems& problems) {
    if (!user_context || user_context->getType() != Element::map) {
        return {};
    }
    return read_layer(user_context->get(user_context_key), scope, problems);
}

}  // namespace branchline::hook
