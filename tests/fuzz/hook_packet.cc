// A client's packet with any options, taken apart by Kea's own parser, into the send callouts of the real hook library: nothing
// is thrown, the response keeps what Kea put into it, and what we put in has the form that the options have.
//
//   hook4   flags | options                        the fixed header before them is always a good one; the same as another
//   server's answer hook6   flags | message type, … , options      flag 8: as a client's message with a good header; else all
//   of it
#include "tests/fuzz/targets.h"
#include "kea-hooks/first_look.h"
#include "kea-hooks/probe_messages.h"
#include "tests/unit/kea-hooks/hook_driver.h"

#include <dhcp/dhcp4.h>
#include <dhcp/dhcp6.h>
#include <dhcp/option_vendor.h>
#include <exceptions/exceptions.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

namespace branchline::fuzz {
namespace {

using namespace branchline::hook;
using namespace isc::dhcp;

const std::string v4_servers = "192.0.2.1 192.0.2.2";
const std::string v6_servers = "2001:db8::1 2001:db8::2";
const auto* const parameters = R"({ "event-socket": "", "order": "listed", "withdraw-dead": false,
    "tftp-servers": [ "192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2" ], "alternatives": [ "option-66", "sub-option-2" ] })";

constexpr std::size_t fixed_header = 236;  // bytes, RFC 2131 2
constexpr unsigned runs_between_counts = 256;

/// The library for one family. Kea has room for one server a process, so the other family's is unloaded.
LoadedHook& loaded(LoadedHook::Server server) {
    static std::unique_ptr<LoadedHook> hook;
    static auto family = server;
    if (!hook || family != server) {
        hook.reset();
        hook = std::make_unique<LoadedHook>(server, parameters);
        family = server;
        must(hook->loaded(), "the hook can be loaded");
        must(hook->configure().empty(), "the hook takes its parameters");
        // Registered after all that the library and Kea have to end: so it is unloaded before.
        std::atexit([] { hook.reset(); });
    }
    return *hook;
}

/// Asks now and then: what was thrown inside the library is counted there.
void check_errors(LoadedHook& hook) {
    static unsigned runs = 0;
    if (++runs % runs_between_counts == 0) {
        must(hook.command("branchline-status-get").find("\"errors\": 0") != std::string::npos, "no callout throws");
    }
}

template <typename Packet>
boost::shared_ptr<Packet> unpacked(const Wire& wire) {
    auto packet = boost::make_shared<Packet>(wire.data(), wire.size());
    try {
        packet->unpack();
    } catch (const std::exception&) {
        return {};  // Kea drops it before we see it.
    }
    packet->setIface("lo");
    packet->setIndex(1);
    return packet;
}

template <typename Options>
bool holds(const Options& options, std::uint16_t code, const Wire& data) {
    return std::find(options.begin(), options.end(), std::pair(code, data)) != options.end();
}

const Wire name_server4{192, 0, 2, 53};
const Wire name_server6{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x35};
const Wire foreign_vendor{0, 0, 1, 0x37, 0, 1, 0, 1, 7};  // enterprise 311, sub-option 1

/// What the look for other DHCP servers hears: anything as a frame, and options behind good headers.
void hear(ByteView input, const Wire& message) {
    (void)server_of_frame(input);
    (void)server_of_advertise(input, 1);
    auto frame = discover_frame({}, 1);
    constexpr std::size_t headers = 42;  // Ethernet, IP, UDP
    frame.resize(headers);
    write_u16(frame, headers - 6, 68);  // to a client
    frame.insert(frame.end(), message.begin(), message.end());
    frame[headers] = BOOTREPLY;
    (void)server_of_frame(frame);
}

}  // namespace

void hook4(ByteView input) {
    auto& hook = loaded(LoadedHook::Server::dhcp4);
    const auto flags = Input(input).byte();
    Wire wire{BOOTREQUEST, HTYPE_ETHER, 6, 0, 0, 0, 0, 1};
    wire.resize(fixed_header);
    const Wire mac{0, 0x11, 0x22, 0x33, 0x44, 0x55};
    std::copy(mac.begin(), mac.end(), wire.begin() + 28);
    const Wire cookie{0x63, 0x82, 0x53, 0x63};
    wire.insert(wire.end(), cookie.begin(), cookie.end());
    wire.insert(wire.end(), input.begin() + (input.empty() ? 0 : 1), input.end());
    hear(input, wire);
    const auto query = unpacked<Pkt4>(wire);
    if (!query) {
        return;
    }
    const auto response = response4((flags & 1) != 0 ? DHCPOFFER : DHCPACK);
    add_option(*response, DHO_DOMAIN_NAME_SERVERS, name_server4);
    if ((flags & 2) != 0) {
        add_option(*response, 150, {192, 0, 2, 200});  // as from Kea's own option-data
    }
    hook.send4(query, response, (flags & 4) != 0 ? subnet4() : Subnet4Ptr());
    check_errors(hook);
    const auto found = servers_in(*response);
    must(found == v4_servers || found == ((flags & 2) != 0 ? "192.0.2.200" : "-"), "option 150 is ours, Kea's or not there");
    must(holds(wire_options(*response), DHO_DOMAIN_NAME_SERVERS, name_server4), "other options stay");
}

void hook6(ByteView input) {
    auto& hook = loaded(LoadedHook::Server::dhcp6);
    const auto flags = Input(input).byte();
    Wire wire;
    if ((flags & 8) != 0) {
        wire = {(flags & 1) != 0 ? std::uint8_t{DHCPV6_SOLICIT} : std::uint8_t{DHCPV6_INFORMATION_REQUEST}, 0, 0, 1};
    }
    wire.insert(wire.end(), input.begin() + (input.empty() ? 0 : 1), input.end());
    (void)first_look6(wire);
    const auto query = unpacked<Pkt6>(wire);
    if (!query) {
        return;
    }
    query->setRemoteAddr(isc::asiolink::IOAddress("fe80::211:22ff:fe33:4455"));
    const auto response = response6((flags & 1) != 0 ? DHCPV6_ADVERTISE : DHCPV6_REPLY, (flags & 4) != 0 ? "2001:db8::15" : "");
    add_option(*response, D6O_NAME_SERVERS, name_server6);
    if ((flags & 2) != 0) {
        response->addOption(boost::make_shared<OptionVendor>(Option::V6, foreign_vendor.begin(), foreign_vendor.end()));
    }
    hook.send6(query, response, (flags & 4) != 0 ? subnet6() : Subnet6Ptr());
    check_errors(hook);
    const auto found = servers_in(*response);
    must(found == v6_servers || found == "-", "option 17/9/1 is there once, whole, or not at all");
    const auto options = wire_options(*response);
    must(holds(options, D6O_NAME_SERVERS, name_server6), "other options stay");
    must((flags & 2) == 0 || holds(options, D6O_VENDOR_OPTS, foreign_vendor), "other enterprises stay");
}

}  // namespace branchline::fuzz
