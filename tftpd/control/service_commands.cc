// tftp-service-*: is the proxy serving, and why not.
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/http/file_service.h"
#include "tftpd/server/tftp_server.h"

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

constexpr std::size_t most_transfers = 100;  // in tftp-service-status

ConstElementPtr service_status(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments none("tftp-service-status", arguments, {});
    const auto reason = targets.tftp->not_serving_reason();
    auto transfers = Element::createList();
    for (const auto& status : targets.tftp->transfer_status(most_transfers)) {
        auto transfer = Element::createMap();
        transfer->set("phone", Element::create(status.phone));
        transfer->set("file", Element::create(status.file));
        transfer->set("source", Element::create(status.source));
        transfer->set("bytes", number(status.bytes));
        transfer->set("resent", number(status.resent));
        transfers->add(transfer);
    }
    auto answer = Element::createMap();
    answer->set("state", Element::create(std::string(reason.empty() ? "serving" : "not serving")));
    if (!reason.empty()) {
        answer->set("reason", Element::create(reason));
    }
    answer->set("tftp-port", number(targets.config()->tftp_port));
    answer->set("http-port", number(targets.http->port()));
    answer->set("transfers", number(targets.tftp->transfers()));
    answer->set("http-connections", number(targets.http->connections()));
    answer->set("transfer-list", transfers);
    return createAnswer(success, reason.empty() ? "Serving." : "Not serving: " + reason, answer);
}

}  // namespace

CommandList service_commands(const CommandTargets& targets) {
    return {
        {"tftp-service-status", [&targets](const ConstElementPtr& arguments) { return service_status(targets, arguments); }},
    };
}

}  // namespace branchline
