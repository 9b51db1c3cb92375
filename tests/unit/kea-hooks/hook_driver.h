// Drives the real hook library through Kea's HooksManager in this process: loads it with parameters, hands it configurations as
// the server does, and runs its callouts on packets. Used by the tests and the benchmark.
#pragma once

#include <config.h>
#include <dhcp/pkt4.h>
#include <dhcp/pkt6.h>
#include <dhcpsrv/lease.h>
#include <dhcpsrv/srv_config.h>
#include <dhcpsrv/subnet.h>
#include <hooks/callout_handle.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace branchline::hook {

using Wire = std::vector<std::uint8_t>;

/// Loads the library for kea-dhcp4 or kea-dhcp6 with `parameters` (JSON) and forgets every configuration before.
class LoadedHook {
public:
    enum class Server { dhcp4, dhcp6 };
    LoadedHook(Server server, const std::string& parameters);
    LoadedHook(const LoadedHook&) = delete;
    LoadedHook& operator=(const LoadedHook&) = delete;
    ~LoadedHook();

    [[nodiscard]] bool loaded() const { return loaded_; }

    /// Kea's configuration under way, to be filled before configure().
    isc::dhcp::SrvConfigPtr staging();
    /// Runs dhcp4/6_srv_configured and commits unless the hook says no. Returns the hook's error text, or nothing.
    std::string configure();
    /// As when a library after ours says no: configured, but never committed.
    void configure_without_commit();
    /// What Kea does for a new configuration: unload, load with new parameters. The running configuration stays current.
    void reload(const std::string& parameters);

    void send4(const isc::dhcp::Pkt4Ptr& query, const isc::dhcp::Pkt4Ptr& response, const isc::dhcp::Subnet4Ptr& subnet);
    void send6(const isc::dhcp::Pkt6Ptr& query, const isc::dhcp::Pkt6Ptr& response, const isc::dhcp::Subnet6Ptr& subnet);

    void receive4(const isc::dhcp::Pkt4Ptr& query);
    void receive6(const isc::dhcp::Pkt6Ptr& query);

    /// Runs lease4_release and its kin; without `query` the argument is missing, as it never is in Kea.
    void end4(const char* hook, const isc::dhcp::Lease4Ptr& lease, const isc::dhcp::Pkt4Ptr& query);

    void end6(const char* hook, const isc::dhcp::Lease6Ptr& lease, const isc::dhcp::Pkt6Ptr& query);

    /// Runs cb4_updated or cb6_updated, as after a change that came from a configuration database.
    void configuration_database_changed();

    /// The answer of a command, as JSON text.
    std::string command(const std::string& name);

private:
    bool load(const std::string& parameters);
    std::string run_configured();

    Server server_;
    bool loaded_ = false;
    std::string parameters_;
};

inline const std::string cisco_phone("Cisco Systems, Inc. IP Phone CP-8841\0", 37);

isc::dhcp::Pkt4Ptr query4(std::uint8_t type, const std::string& vendor_class = cisco_phone, std::uint8_t last_of_mac = 0x55);
isc::dhcp::Pkt4Ptr response4(std::uint8_t type, const std::string& leased = "10.0.0.15");
isc::dhcp::Subnet4Ptr subnet4(std::uint32_t id = 7);
isc::dhcp::Pkt6Ptr query6(std::uint8_t type, bool asks_for_vendor_options = true);
isc::dhcp::Pkt6Ptr response6(std::uint8_t type, const std::string& leased = "2001:db8::15");
isc::dhcp::Subnet6Ptr subnet6(std::uint32_t id = 9);

void add_option(isc::dhcp::Pkt& packet, std::uint16_t code, const Wire& data);

/// Packs the response and returns its options as they go onto the wire, in order.
std::vector<std::pair<std::uint16_t, Wire>> wire_options(isc::dhcp::Pkt4& response);
std::vector<std::pair<std::uint16_t, Wire>> wire_options(isc::dhcp::Pkt6& response);

/// The addresses of the response's option 150, or of option 17/9/1, as text with blanks between; "-" when the option is not
/// there, "2x" in front when there are two.
std::string servers_in(isc::dhcp::Pkt4& response);
std::string servers_in(isc::dhcp::Pkt6& response);

}  // namespace branchline::hook
