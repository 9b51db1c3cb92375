#include "hook_driver.h"

#include "kea-hooks/address.h"

#include <cc/command_interpreter.h>
#include <dhcp/dhcp4.h>
#include <dhcp/dhcp6.h>
#include <dhcp/option.h>
#include <dhcp/option6_ia.h>
#include <dhcp/option6_iaaddr.h>
#include <dhcp/option_int_array.h>
#include <dhcp/option_string.h>
#include <dhcpsrv/cfgmgr.h>
#include <hooks/hooks_manager.h>
#include <log/logger_support.h>
#include <process/daemon.h>
#include <util/multi_threading_mgr.h>

#include <cstdlib>

namespace branchline::hook {
namespace {

using namespace isc::dhcp;
using isc::data::Element;
using isc::hooks::HooksManager;

void prepare_process() {
    static const bool done = [] {
        ::setenv("KEA_LOCKFILE_DIR", "none", 0);
        ::setenv("KEA_CONTROL_SOCKET_DIR", "/nonexistent", 1);
        isc::log::initLogger("unit-kea-hooks", isc::log::NONE);
        for (const char* name : {"buffer4_receive", "pkt6_receive", "pkt4_send", "pkt6_send", "dhcp4_srv_configured",
                                 "dhcp6_srv_configured", "cb4_updated", "cb6_updated", "lease4_release", "lease4_decline",
                                 "lease4_expire", "lease6_release", "lease6_decline", "lease6_expire"}) {
            HooksManager::registerHook(name);
        }
        return true;
    }();
    (void)done;
}

int index_of(const char* name) {
    return isc::hooks::ServerHooks::getServerHooks().getIndex(name);
}

std::vector<std::pair<std::uint16_t, Wire>> split(const Wire& bytes, std::size_t at, std::size_t width) {
    std::vector<std::pair<std::uint16_t, Wire>> options;
    const auto number = [&](std::size_t where) {
        return static_cast<std::uint16_t>(width == 1 ? bytes.at(where) : (bytes.at(where) << 8) | bytes.at(where + 1));
    };
    while (at + 2 * width <= bytes.size()) {
        const auto code = number(at);
        if (width == 1 && code == DHO_END) {
            break;
        }
        const auto start = bytes.begin() + static_cast<std::ptrdiff_t>(at + 2 * width);
        options.emplace_back(code, Wire(start, start + number(at + width)));
        at += 2 * width + number(at + width);
    }
    return options;
}

std::string addresses(const Wire& data, std::size_t size) {
    std::string text;
    for (std::size_t at = 0; at + size <= data.size(); at += size) {
        text += (text.empty() ? "" : " ") + to_text(Address::of({data.data() + at, size}));
    }
    return text;
}

Wire packed(Pkt& packet) {
    packet.pack();
    const auto& buffer = packet.getBuffer();
    const auto* start = static_cast<const std::uint8_t*>(buffer.getDataAsVoidPtr());
    return {start, start + buffer.getLength()};
}

}  // namespace

LoadedHook::LoadedHook(Server server, const std::string& parameters) : server_(server) {
    prepare_process();
    CfgMgr::instance().clear();
    CfgMgr::instance().setFamily(server == Server::dhcp4 ? AF_INET : AF_INET6);
    isc::process::Daemon::setProcName(server == Server::dhcp4 ? "kea-dhcp4" : "kea-dhcp6");
    loaded_ = load(parameters);
}

LoadedHook::~LoadedHook() {
    HooksManager::prepareUnloadLibraries();
    HooksManager::unloadLibraries();
    CfgMgr::instance().clear();
}

bool LoadedHook::load(const std::string& parameters) {
    parameters_ = parameters;
    return HooksManager::loadLibraries({{HOOK_LIBRARY, Element::fromJSON(parameters)}}, false);
}

void LoadedHook::reload(const std::string& parameters) {
    HooksManager::prepareUnloadLibraries();
    HooksManager::unloadLibraries();
    CfgMgr::instance().clearStagingConfiguration();
    loaded_ = load(parameters);
}

SrvConfigPtr LoadedHook::staging() {
    return CfgMgr::instance().getStagingCfg();
}

std::string LoadedHook::run_configured() {
    auto given = staging();
    given->getHooksConfig().clear();
    given->getHooksConfig().add("/usr/lib/kea/hooks/libdhcp_branchline.so", Element::fromJSON(parameters_));
    const char* name = server_ == Server::dhcp4 ? "dhcp4_srv_configured" : "dhcp6_srv_configured";
    const auto handle = HooksManager::createCalloutHandle();
    handle->setArgument("server_config", given);
    HooksManager::callCallouts(index_of(name), *handle);
    std::string error;
    if (handle->getStatus() == isc::hooks::CalloutHandle::NEXT_STEP_DROP) {
        handle->getArgument("error", error);
    }
    return error;
}

std::string LoadedHook::configure() {
    auto error = run_configured();
    if (error.empty()) {
        CfgMgr::instance().commit();
    }
    return error;
}

void LoadedHook::configure_without_commit() {
    run_configured();
    CfgMgr::instance().clearStagingConfiguration();
}

void LoadedHook::send4(const Pkt4Ptr& query, const Pkt4Ptr& response, const Subnet4Ptr& subnet) {
    static const int hook = index_of("pkt4_send");
    const auto handle = HooksManager::createCalloutHandle();
    const ScopedEnableOptionsCopy<Pkt4> copies(query, response);
    handle->setArgument("query4", query);
    handle->setArgument("response4", response);
    handle->setArgument("subnet4", subnet);
    HooksManager::callCallouts(hook, *handle);
    handle->deleteAllArguments();
}

void LoadedHook::send6(const Pkt6Ptr& query, const Pkt6Ptr& response, const Subnet6Ptr& subnet) {
    static const int hook = index_of("pkt6_send");
    const auto handle = HooksManager::createCalloutHandle();
    const ScopedEnableOptionsCopy<Pkt6> copies(query, response);
    handle->setArgument("query6", query);
    handle->setArgument("response6", response);
    handle->setArgument("subnet6", subnet);
    HooksManager::callCallouts(hook, *handle);
    handle->deleteAllArguments();
}

void LoadedHook::receive4(const Pkt4Ptr& query) {
    query->pack();
    const auto* bytes = static_cast<const std::uint8_t*>(query->getBuffer().getData());
    const Pkt4Ptr received(new Pkt4(bytes, query->getBuffer().getLength()));  // Kea has not looked into it yet
    const auto handle = HooksManager::createCalloutHandle();
    handle->setArgument("query4", received);
    HooksManager::callCallouts(index_of("buffer4_receive"), *handle);
    handle->deleteAllArguments();
}

void LoadedHook::receive6(const Pkt6Ptr& query) {
    const auto handle = HooksManager::createCalloutHandle();
    handle->setArgument("query6", query);
    HooksManager::callCallouts(index_of("pkt6_receive"), *handle);
    handle->deleteAllArguments();
}

void LoadedHook::end4(const char* hook, const Lease4Ptr& lease, const Pkt4Ptr& query) {
    const auto handle = HooksManager::createCalloutHandle();
    handle->setArgument("lease4", lease);
    if (query) {
        handle->setArgument("query4", query);
    }
    HooksManager::callCallouts(index_of(hook), *handle);
    handle->deleteAllArguments();
}

void LoadedHook::end6(const char* hook, const Lease6Ptr& lease, const Pkt6Ptr& query) {
    const auto handle = HooksManager::createCalloutHandle();
    handle->setArgument("lease6", lease);
    if (query) {
        handle->setArgument("query6", query);
    }
    HooksManager::callCallouts(index_of(hook), *handle);
    handle->deleteAllArguments();
}

void LoadedHook::configuration_database_changed() {
    const auto handle = HooksManager::createCalloutHandle();
    HooksManager::callCallouts(index_of(server_ == Server::dhcp4 ? "cb4_updated" : "cb6_updated"), *handle);
}

std::string LoadedHook::command(const std::string& name) {
    const auto handle = HooksManager::createCalloutHandle();
    handle->setArgument("command", isc::config::createCommand(name));
    HooksManager::callCommandHandlers(name, *handle);
    isc::data::ConstElementPtr answer;
    handle->getArgument("response", answer);
    return answer->str();
}

Pkt4Ptr query4(std::uint8_t type, const std::string& vendor_class, std::uint8_t last_of_mac) {
    auto query = boost::make_shared<Pkt4>(type, 1234);
    query->setHWAddr(HWAddrPtr(new HWAddr({0, 0x11, 0x22, 0x33, 0x44, last_of_mac}, HTYPE_ETHER)));
    query->setIface("lo");
    query->setIndex(1);
    if (!vendor_class.empty()) {
        add_option(*query, DHO_VENDOR_CLASS_IDENTIFIER, Wire(vendor_class.begin(), vendor_class.end()));
    }
    return query;
}

Pkt4Ptr response4(std::uint8_t type, const std::string& leased) {
    auto response = boost::make_shared<Pkt4>(type, 1234);
    response->setYiaddr(isc::asiolink::IOAddress(leased));
    response->setIface("lo");
    response->setIndex(1);
    return response;
}

Subnet4Ptr subnet4(std::uint32_t id) {
    return Subnet4::create(isc::asiolink::IOAddress("10.0.0.0"), 24, 1, 2, 3600, id);
}

Pkt6Ptr query6(std::uint8_t type, bool asks_for_vendor_options) {
    auto query = boost::make_shared<Pkt6>(type, 1234);
    query->setIface("lo");
    query->setIndex(1);
    add_option(*query, D6O_CLIENTID, {0, 3, 0, 1, 0, 0x11, 0x22, 0x33, 0x44, 0x55});
    if (asks_for_vendor_options) {
        const auto request = boost::make_shared<OptionUint16Array>(Option::V6, D6O_ORO);
        request->addValue(D6O_NAME_SERVERS);
        request->addValue(D6O_VENDOR_OPTS);
        query->addOption(request);
    }
    return query;
}

Pkt6Ptr response6(std::uint8_t type, const std::string& leased) {
    auto response = boost::make_shared<Pkt6>(type, 1234);
    response->setIface("lo");
    response->setIndex(1);
    if (!leased.empty()) {
        const auto ia = boost::make_shared<Option6IA>(D6O_IA_NA, 1);
        ia->addOption(boost::make_shared<Option6IAAddr>(D6O_IAADDR, isc::asiolink::IOAddress(leased), 300, 600));
        response->addOption(ia);
    }
    return response;
}

Subnet6Ptr subnet6(std::uint32_t id) {
    return Subnet6::create(isc::asiolink::IOAddress("2001:db8::"), 64, 1, 2, 300, 600, id);
}

void add_option(Pkt& packet, std::uint16_t code, const Wire& data) {
    const bool v4 = dynamic_cast<Pkt4*>(&packet) != nullptr;
    packet.addOption(boost::make_shared<Option>(v4 ? Option::V4 : Option::V6, code, data));
}

std::vector<std::pair<std::uint16_t, Wire>> wire_options(Pkt4& response) {
    constexpr std::size_t before_options = 240;  // fixed part and magic cookie, RFC 2131 2
    return split(packed(response), before_options, 1);
}

std::vector<std::pair<std::uint16_t, Wire>> wire_options(Pkt6& response) {
    return split(packed(response), 4, 2);
}

std::string servers_in(Pkt4& response) {
    std::string text = "-";
    int count = 0;
    for (const auto& [code, data] : wire_options(response)) {
        if (code == 150) {
            text = addresses(data, 4);
            ++count;
        }
    }
    return count > 1 ? "2x " + text : text;
}

std::string servers_in(Pkt6& response) {
    std::string text = "-";
    int count = 0;
    for (const auto& [code, data] : wire_options(response)) {
        if (code == D6O_VENDOR_OPTS && data.size() >= 4 && data[3] == 9 && data[2] == 0) {
            ++count;
            for (const auto& [inner, value] : split(data, 4, 2)) {
                if (inner == 1) {
                    text = text == "-" ? addresses(value, 16) : "2x " + text;
                }
            }
        }
    }
    return count > 1 ? "2x " + text : text;
}

}  // namespace branchline::hook
