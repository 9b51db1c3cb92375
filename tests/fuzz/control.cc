// Any text as a command on the control socket: it gets one answer of Kea's shape, and the next command gets its own. The
// commands act on a real resolver, own files, certificate stores and timelines in a directory of this process; what would start
// or stop the network services is left out.
#include "tests/fuzz/targets.h"
#include "tests/unit/scratch.h"
#include "tftpd/config/config_reader.h"
#include "tftpd/control/commands.h"
#include "tftpd/exchange/exchange.h"
#include "tftpd/phones/phone_watch.h"
#include "tftpd/resolve/prewarmer.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/trust/certificate_stores.h"
#include "tftpd/trust/own_lists.h"

#include <cc/command_interpreter.h>
#include <config/command_mgr.h>

#include <filesystem>
#include <memory>
#include <string>

namespace branchline::fuzz {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

class Daemon {
public:
    Daemon() {
        CommandTargets targets;
        targets.resolver = &resolver_;
        targets.prewarmer = &prewarmer_;
        targets.phones = &phones_;
        targets.leases = &leases_;
        targets.certificates = &certificates_;
        targets.own_lists = &own_lists_;
        targets.exchange = &exchange_;
        targets.identity = [] { return nullptr; };
        targets.config = [this] { return config_; };
        targets.config_document = [] { return Element::fromJSON(R"({ "Tftpd": { "tftp-port": 6969 } })"); };
        targets.test_config = targets.set_config = [](const ConstElementPtr& wanted) {
            read_config_document(isc::data::copy(wanted), Machine{});
        };
        targets.reload_config = [] {};
        targets.write_config = [](const std::string& name) { return name; };
        targets.shut_down = [] {};
        targets.not_serving_reason = [] { return "not started"; };
        targets.tell_hook = [] {};
        targets.reloaded = [] { return Clock::now(); };
        targets.threads = [] { return 1U; };
        targets.partner_states = [] { return std::map<std::string, bool>{{"192.0.2.2", false}}; };
        targets.set_console_password = [](const std::string&, const std::string&) -> Result<bool> { return true; };
        commands_ = std::make_unique<Commands>(std::move(targets));
    }

private:
    static ConfigPtr made_up(const test::Scratch& scratch) {
        auto config = std::make_shared<Config>();
        config->files = scratch / "files";
        config->cache.path = scratch / "cache";
        Cluster cluster;
        cluster.id = "hq-east";
        cluster.servers = {{boost::asio::ip::make_address("127.0.0.1"), 9, 9}};  // nobody is there
        config->clusters = {cluster};
        return config;
    }

    test::Scratch scratch_;
    ConfigPtr config_ = made_up(scratch_);
    LeaseTable leases_;
    Resolver resolver_{config_, leases_};
    Prewarmer prewarmer_{resolver_, {}};
    PhoneWatch phones_{leases_};
    trust::CertificateStores certificates_{scratch_ / "stores"};
    trust::OwnLists own_lists_{scratch_ / "lists"};
    boost::asio::io_context io_{1};  // nobody runs it
    Exchange exchange_{io_};
    std::unique_ptr<Commands> commands_;
};

bool starts_or_stops_services(const ConstElementPtr& request) {
    const auto name = request->getType() == Element::map ? request->get("command") : nullptr;
    return name && name->getType() == Element::string && name->stringValue().starts_with("tftp-service-");
}

}  // namespace

void control(ByteView input) {
    static const Daemon daemon;
    ConstElementPtr request;
    try {
        request = Element::fromJSON(std::string(as_text(input)));
    } catch (const std::exception&) {
        return;  // Kea's socket answers this by itself.
    }
    if (starts_or_stops_services(request)) {
        return;
    }
    const auto answer = isc::config::CommandMgr::instance().processCommand(request);
    must(answer && answer->getType() == Element::map, "there is an answer");
    const auto result = answer->get("result");
    must(result && result->getType() == Element::integer && result->intValue() >= 0 && result->intValue() <= 4,
         "an answer says how it went");
    must(Element::fromJSON(answer->str())->str() == answer->str(), "an answer is JSON");
}

}  // namespace branchline::fuzz
