// tftp-*: the operator's hand on what the daemon asks of remote clusters, and of the DNS about them.
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/resolve/prewarmer.h"
#include "tftpd/resolve/resolver.h"

#include <array>
#include <utility>

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

const char* state_name(PrewarmFile::State state) {
    switch (state) {
        case PrewarmFile::State::waiting:
            return "waiting";
        case PrewarmFile::State::fetching:
            return "fetching";
        case PrewarmFile::State::present:
            return "present";
        case PrewarmFile::State::missing:
            return "missing";
        case PrewarmFile::State::failed:
            return "failed";
    }
    return "";
}

ElementPtr file_element(const PrewarmFile& file) {
    auto element = Element::createMap();
    element->set("name", Element::create(file.name));
    element->set("state", Element::create(std::string(state_name(file.state))));
    element->set("bytes", number(file.bytes));
    for (const auto& [key, value] : {std::pair("set", &file.set), {"source", &file.source}, {"reason", &file.reason}}) {
        if (!value->empty()) {
            element->set(key, Element::create(*value));
        }
    }
    return element;
}

ConstElementPtr prewarm(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const auto names = Arguments("tftp-prewarm", arguments, {"names"}).texts("names", Prewarmer::max_files);
    if (!names.empty()) {
        targets.prewarmer->add(names);
    }
    std::array<std::size_t, 5> counts{};
    std::uint64_t bytes = 0;
    auto list = Element::createList();
    for (const auto& file : targets.prewarmer->files()) {
        ++counts[static_cast<std::size_t>(file.state)];
        bytes += file.bytes;
        list->add(file_element(file));
    }
    auto answer = Element::createMap();
    answer->set("count", number(list->size()));
    answer->set("bytes", number(bytes));
    for (const auto state : {PrewarmFile::State::waiting, PrewarmFile::State::fetching, PrewarmFile::State::present,
                             PrewarmFile::State::missing, PrewarmFile::State::failed}) {
        answer->set(state_name(state), number(counts[static_cast<std::size_t>(state)]));
    }
    answer->set("files", list);
    return createAnswer(list->empty() ? empty : success,
                        list->empty() ? "Nothing was prewarmed yet." : counted(list->size(), "file", "files") + '.', answer);
}

}  // namespace

CommandList upstream_commands(const CommandTargets& targets) {
    return {
        {"tftp-prewarm", [&targets](const ConstElementPtr& arguments) { return prewarm(targets, arguments); }},
        {"tftp-cluster-refresh", [&targets](const ConstElementPtr& arguments) { return refresh_clusters(targets, arguments); }},
    };
}

}  // namespace branchline
