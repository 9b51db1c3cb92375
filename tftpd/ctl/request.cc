#include "tftpd/ctl/request.h"

#include "tftpd/client/daemon_client.h"

#include <iostream>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

// What Kea's protocol calls them.
constexpr std::int64_t kea_success = 0;
constexpr std::int64_t kea_empty = 3;
constexpr std::int64_t kea_conflict = 4;

constexpr std::chrono::seconds answer_limit{60};  // a reload of many clusters takes time

ExitStatus status_of(std::int64_t result) {
    switch (result) {
        case kea_success:
            return exit_done;
        case kea_empty:
            return exit_nothing_there;
        case kea_conflict:
            return exit_conflict;
        default:
            return exit_failed;
    }
}

}  // namespace

void Request::ask(const std::string& name, decltype(show) how) {
    command = name;
    show = std::move(how);
}

void Request::argument(const std::string& name, const ElementPtr& value) {
    if (!arguments) {
        arguments = Element::createMap();
    }
    arguments->set(name, value);
}

void Request::text_argument(const std::string& name, const std::string& value) {
    if (!value.empty()) {
        argument(name, Element::create(value));
    }
}

void Request::flag_argument(const std::string& name, bool value) {
    if (value) {
        argument(name, Element::create(true));
    }
}

ConstElementPtr ask(const Request& request) {
    const auto answer = ask_daemon(request.socket, request.command, request.arguments, answer_limit);
    if (!answer) {
        std::cerr << "branchlinectl: " << answer.error().text << '\n';
        return nullptr;
    }
    return *answer;
}

ExitStatus show(const Request& request, const ConstElementPtr& answer) {
    const auto status = status_of(answer->get("result")->intValue());
    const auto arguments = answer->get("arguments");
    const auto text = answer->get("text");
    const auto said = text ? text->stringValue() : std::string();
    if (request.json) {
        std::cout << isc::data::prettyPrint(answer, 0, 4) << '\n';
    } else if (status == exit_failed || status == exit_conflict) {
        std::cerr << "branchlinectl: " << said << '\n';
    } else if (status == exit_done && request.show && arguments) {
        std::cout << request.show(arguments);
    } else {
        std::cout << said << '\n';
    }
    return status;
}

ExitStatus send(const Request& request) {
    const auto answer = ask(request);
    return answer ? show(request, answer) : exit_failed;
}

}  // namespace branchline
