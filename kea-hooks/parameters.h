// What an operator may write for the hook, at any scope: the library's "parameters" and every "user-context": {"branchline":
// …}. Every key is optional everywhere; what a scope leaves out comes from the next wider one (scopes.h).
//
// Reading never throws and never stops: a wrong value becomes a Problem with its position, the rule and the way out, and the
// caller decides what goes on with which setting. Nothing here knows packets or Kea's configuration objects.
#pragma once

#include "kea-hooks/address.h"

#include <cc/data.h>

#include <optional>
#include <string>
#include <vector>

namespace branchline::hook {

inline constexpr std::size_t max_servers = 63;               ///< of one family: 63 x 4 bytes fill DHCPv4's option (RFC 2132 2)
inline constexpr std::size_t max_socket_path = 107;          ///< bytes, sockaddr_un
inline constexpr unsigned default_probe_interval = 3600;     ///< seconds
inline constexpr unsigned longest_probe_interval = 604'800;  ///< seconds
inline constexpr std::size_t max_known_dhcp_servers = 64;
inline constexpr const char* user_context_key = "branchline";
inline constexpr const char* default_event_socket = "/run/kea/branchline-events.sock";

/// One entry of "tftp-servers". Without an address it is "auto": this appliance, on the interface the packet came in on.
struct ServerEntry {
    std::optional<Address> address;
    [[nodiscard]] bool is_auto() const { return !address; }
    bool operator==(const ServerEntry&) const = default;
};

/// One operator's list as each family sees it; "auto" stands in both.
struct ServerList {
    std::vector<ServerEntry> v4;
    std::vector<ServerEntry> v6;
    [[nodiscard]] const std::vector<ServerEntry>& of(Family family) const { return family == Family::v4 ? v4 : v6; }
};

enum class Endpoints : std::uint8_t { cisco, all };  ///< who gets the options
enum class Order : std::uint8_t { listed, spread };  ///< spread: stable per phone, so that servers share the load

/// The not-recommended ways, besides the recommended one.
struct Alternatives {
    bool option_66 = false;
    bool sub_option_2 = false;
};

/// What one scope says. An empty optional: nothing.
struct Layer {
    std::optional<ServerList> servers;
    std::optional<Endpoints> endpoints;
    std::optional<Order> order;
    std::optional<bool> withdraw_dead;
    std::optional<Alternatives> alternatives;
    std::optional<std::string> event_socket;  ///< empty text: no events
    std::optional<unsigned> probe_interval;   ///< seconds between two looks for other DHCP servers; 0 = none. Global only
    std::optional<std::vector<Address>> known_dhcp_servers;  ///< that are no strangers. Global only
};

/// One wrong value: "file:line:column: what, the rule, the way out".
using Problems = std::vector<std::string>;

/// Reads `map`; `scope` names it in messages ("subnet 7 (192.0.2.0/24)"). A key with a problem counts as left out.
Layer read_layer(const isc::data::ConstElementPtr& map, const std::string& scope, Problems& problems);

/// The "branchline" map of a user-context, read; an empty Layer when there is none.
Layer read_user_context(const isc::data::ConstElementPtr& user_context, const std::string& scope, Problems& problems);

}  // namespace branchline::hook
