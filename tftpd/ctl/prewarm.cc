#include "tftpd/ctl/prewarm.h"

#include "tftpd/client/daemon_client.h"
#include "tftpd/ctl/tables.h"

#include <cc/data.h>

#include <unistd.h>

#include <chrono>
#include <iostream>
#include <thread>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

constexpr std::chrono::milliseconds look_again{500};
constexpr std::chrono::seconds answer_limit{10};

std::int64_t count(const ConstElementPtr& arguments, const char* key) {
    const auto value = arguments ? arguments->get(key) : ConstElementPtr();
    return value ? value->intValue() : 0;
}

/// The answer's arguments, or null after saying what went wrong.
ConstElementPtr ask(const std::string& socket, const ConstElementPtr& arguments) {
    const auto answer = ask_daemon(socket, "tftp-prewarm", arguments, answer_limit);
    if (!answer) {
        std::cerr << "branchlinectl: " << answer.error().text << '\n';
        return {};
    }
    if ((*answer)->get("result")->intValue() != 0) {
        const auto text = (*answer)->get("text");
        std::cerr << "branchlinectl: " << (text ? text->stringValue() : "the daemon refused") << '\n';
        return {};
    }
    return (*answer)->get("arguments");
}

}  // namespace

int prewarm(const std::string& socket, const std::vector<std::string>& names, bool json) {
    auto arguments = Element::createMap();
    auto list = Element::createList();
    for (const auto& name : names) {
        list->add(Element::create(name));
    }
    arguments->set("names", list);
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    auto status = ask(socket, arguments);
    while (status && count(status, "waiting") + count(status, "fetching") > 0) {
        if (terminal) {
            std::cerr << "\r" << count(status, "present") << " of " << count(status, "count") << " files, "
                      << count(status, "bytes") / 1000 << " kB \x1b[K" << std::flush;
        }
        std::this_thread::sleep_for(look_again);
        status = ask(socket, Element::createMap());
    }
    if (terminal) {
        std::cerr << "\r\x1b[K";
    }
    if (!status) {
        return 1;
    }
    std::cout << (json ? isc::data::prettyPrint(status, 0, 4) + '\n' : prewarm_table(status));
    return count(status, "missing") + count(status, "failed") == 0 ? 0 : 1;
}

}  // namespace branchline
