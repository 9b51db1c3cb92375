// tftp-*: the operator's hand on what the daemon asks of remote clusters, and of the DNS about them.
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/resolve/resolver.h"

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

constexpr int failure = isc::config::CONTROL_RESULT_ERROR;

// The daemon's other commands wait meanwhile; phones do not. Shorter than Kea waits for a command that it passes on (2 s).
constexpr std::chrono::milliseconds refresh_patience{1500};

ConstElementPtr refresh_clusters(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const auto id = Arguments("tftp-cluster-refresh", arguments, {"cluster-id"}).text("cluster-id").value_or("");
    const auto count = targets.resolver->refresh_clusters(id, refresh_patience);
    if (count == 0) {
        return createAnswer(empty, id.empty() ? "No cluster's servers are learned from the DNS; see \"discovery\"."
                                              : "No cluster of \"discovery\" is called \"" + id + "\".");
    }
    auto clusters = Element::createList();
    std::size_t good = 0;
    for (const auto& status : targets.resolver->cluster_status()) {
        if (!status.discovery || (!id.empty() && status.id != id)) {
            continue;
        }
        auto cluster = Element::createMap();
        cluster->set("cluster-id", Element::create(status.id));
        auto servers = Element::createList();
        for (const auto& server : status.servers) {
            servers->add(Element::create(server.server.address.to_string()));
        }
        cluster->set("tftp-servers", servers);
        const bool answered = status.discovery->next_lookup && status.discovery->last_error.empty();
        good += answered ? 1 : 0;
        if (!answered) {
            cluster->set("error", Element::create(status.discovery->next_lookup ? status.discovery->last_error
                                                                                : std::string("no answer yet")));
        }
        clusters->add(cluster);
    }
    auto answer = Element::createMap();
    answer->set("clusters", clusters);
    return createAnswer(good == clusters->size() ? success : failure,
                        std::to_string(good) + " of " + std::to_string(clusters->size()) + " clusters looked up.", answer);
}

}  // namespace

CommandList upstream_commands(const CommandTargets& targets) {
    return {
        {"tftp-cluster-refresh", [&targets](const ConstElementPtr& arguments) { return refresh_clusters(targets, arguments); }},
    };
}

}  // namespace branchline
