// tftp-service-*: is the proxy serving, why not, and stopping and starting it.
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/control/service_switch.h"
#include "tftpd/http/file_service.h"
#include "tftpd/server/tftp_server.h"

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

constexpr std::size_t most_transfers = 100;  // in tftp-service-status
constexpr std::int64_t default_stop = 30;    // seconds that transfers have to end
constexpr std::int64_t longest_stop = 3600;

// "serving", "stopping", "stopped", or "not serving" for any other reason.
std::string state_of(const CommandTargets& targets, const std::string& reason) {
    switch (targets.service->state()) {
        case ServiceSwitch::State::stopping:
            return "stopping";
        case ServiceSwitch::State::stopped:
            return "stopped";
        case ServiceSwitch::State::serving:
            break;
    }
    return reason.empty() ? "serving" : "not serving";
}

ElementPtr transfer_list(const CommandTargets& targets) {
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
    return transfers;
}

// What all three answer with.
ElementPtr state_element(const CommandTargets& targets) {
    const auto reason = targets.not_serving_reason();
    auto answer = Element::createMap();
    answer->set("state", Element::create(state_of(targets, reason)));
    if (!reason.empty()) {
        answer->set("reason", Element::create(reason));
    }
    if (const auto left = targets.service->time_left(Clock::now())) {
        answer->set("seconds-left", number(static_cast<std::uint64_t>(left->count())));
    }
    if (targets.service->state() == ServiceSwitch::State::stopped) {
        answer->set("cut-off", number(targets.service->cut_off()));
    }
    answer->set("tftp-port", number(targets.config()->tftp_port));
    answer->set("http-port", number(targets.config()->http_port));
    answer->set("transfers", number(targets.tftp->transfers()));
    answer->set("http-connections", number(targets.http->connections()));
    return answer;
}

ConstElementPtr service_status(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments none("tftp-service-status", arguments, {});
    const auto reason = targets.not_serving_reason();
    auto answer = state_element(targets);
    answer->set("transfer-list", transfer_list(targets));
    return createAnswer(success, reason.empty() ? "Serving." : "Not serving: " + reason + '.', answer);
}

ConstElementPtr stop_service(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-service-stop", arguments, {"timeout"});
    const auto limit = given.number("timeout", 0, longest_stop, default_stop);
    targets.service->stop(std::chrono::seconds(limit), Clock::now());
    targets.tell_hook();
    const auto under_way = counted(targets.service->under_way(), "transfer", "transfers");
    const auto left = targets.service->time_left(Clock::now());
    return createAnswer(success,
                        left ? "Stopping: no new request is taken, and " + under_way + " under way may end within " +
                                   std::to_string(left->count()) + " s."
                             : std::string("Stopped. The daemon runs on; tftp-service-start serves again."),
                        state_element(targets));
}

ConstElementPtr start_service(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments none("tftp-service-start", arguments, {});
    const bool was_serving = targets.service->state() == ServiceSwitch::State::serving;
    targets.service->start();
    targets.tell_hook();
    const auto reason = targets.not_serving_reason();
    return createAnswer(success,
                        !reason.empty() ? "Started, but not serving: " + reason + '.'
                        : was_serving   ? "It was serving already."
                                        : "Serving.",
                        state_element(targets));
}

}  // namespace

CommandList service_commands(const CommandTargets& targets) {
    return {
        {"tftp-service-start", [&targets](const ConstElementPtr& arguments) { return start_service(targets, arguments); }},
        {"tftp-service-stop", [&targets](const ConstElementPtr& arguments) { return stop_service(targets, arguments); }},
        {"tftp-service-status", [&targets](const ConstElementPtr& arguments) { return service_status(targets, arguments); }},
    };
}

}  // namespace branchline
