// Which setting holds where: everything that the operator wrote at any scope, read once when Kea has a new configuration and
// kept in one immutable table. A packet thread looks up its subnet (and pool, classes, host) and gets a Setting; it never
// walks Kea's configuration.
//
// The nearest scope that says something about a key wins, key by key:
//     host > class > pool > subnet > shared network > global user-context > the library's parameters
// Classes in the order in which Kea assigned them, the first one nearest. Hosts are those of the configuration file; one that
// stands only in a database is not looked up, because that would be I/O on the packet's path.
#pragma once

#include "kea-hooks/parameters.h"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace branchline::hook {

/// All keys, resolved. Points into the Table that it came from.
struct Setting {
    const ServerList* servers = nullptr;  ///< none: nothing was configured that can be used
    const std::string* event_socket = nullptr;
    Endpoints endpoints = Endpoints::cisco;
    Order order = Order::listed;
    bool withdraw_dead = true;
    Alternatives alternatives;
    unsigned probe_interval = default_probe_interval;
    const std::vector<Address>* known_dhcp_servers = nullptr;  ///< none: nobody but this machine and "tftp-servers"

    void override_with(const Layer& nearer);
};

/// A kind of host identifier, as Kea numbers them (Host::IdentifierType).
using HostKey = std::string;
HostKey host_key(std::uint32_t subnet, int identifier_type, std::span<const std::uint8_t> identifier);
inline constexpr std::uint32_t global_host = 0;  ///< Kea's SUBNET_ID_GLOBAL: reserved for every subnet

class Table {
public:
    /// From the library's parameters (`base`) on. What the builder adds must be added from the widest scope to the nearest.
    explicit Table(Layer base);

    void set_global(Layer layer);
    /// A subnet that neither it nor its shared network says anything about needs no entry.
    void add_subnet(std::uint32_t id, const Layer& network, const Layer& subnet);
    void add_pool(std::uint32_t subnet, const Address& first, const Address& last, const Layer& layer);
    void add_class(const std::string& name, Layer layer);
    void add_host(HostKey key, Layer layer);

    /// Pool, subnet, shared network and global together. `leased` may be empty.
    [[nodiscard]] Setting setting(std::uint32_t subnet, const Address& leased) const;
    [[nodiscard]] const Setting& global() const { return global_; }

    [[nodiscard]] bool has_classes() const { return !classes_.empty(); }
    [[nodiscard]] const Layer* find_class(const std::string& name) const;
    [[nodiscard]] bool has_hosts() const { return !hosts_.empty(); }
    [[nodiscard]] std::size_t hosts() const { return hosts_.size(); }  ///< that say something
    [[nodiscard]] const Layer* find_host(const HostKey& key) const;

    /// Does any list of servers hold one that this family can use? For the warning at configuration time.
    [[nodiscard]] bool serves(Family family) const;

    [[nodiscard]] std::size_t scopes() const { return layers_.size(); }  ///< scopes that say something, parameters included

private:
    struct Pool {
        Address first;
        Address last;
        Setting setting;
    };
    struct Subnet {
        Setting setting;
        std::vector<Pool> pools;
    };
    const Layer& keep(Layer layer);

    std::deque<Layer> layers_;  ///< owns what Settings point to; a deque does not move its elements
    Setting global_;
    std::unordered_map<std::uint32_t, Subnet> subnets_;
    std::unordered_map<std::string, const Layer*> classes_;
    std::unordered_map<HostKey, const Layer*> hosts_;
};

}  // namespace branchline::hook
