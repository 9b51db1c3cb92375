// tftp-*: what the proxy itself is asked: its clusters, its cache, its service.
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/http/file_service.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/server/tftp_server.h"

#include <cc/command_interpreter.h>

#include <algorithm>
#include <cctype>

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

constexpr int success = isc::config::CONTROL_RESULT_SUCCESS;
constexpr int empty = isc::config::CONTROL_RESULT_EMPTY;
constexpr std::int64_t default_listed = 1000;  // cache entries in one answer
constexpr std::int64_t most_listed = 10000;    // the same when asked for more; an answer stays below a few MB
constexpr std::size_t most_transfers = 100;    // in tftp-service-status

ElementPtr number(std::uint64_t value) {
    return Element::create(static_cast<std::int64_t>(value));
}

std::string counted(std::size_t count, const char* one, const char* several) {
    return std::to_string(count) + ' ' + (count == 1 ? one : several);
}

bool same_letters(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

bool carries(const std::string& name, const std::string& letters) {
    return std::search(name.begin(), name.end(), letters.begin(), letters.end(),
                       [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); }) != name.end();
}

ElementPtr server_element(const ServerStatus& status) {
    auto server = Element::createMap();
    server->set("address", Element::create(status.server.address.to_string()));
    server->set("tftp-port", number(status.server.tftp_port));
    server->set("http-port", number(status.server.http_port));
    server->set("up", Element::create(status.up));
    server->set("transport", Element::create(status.transport));
    server->set("failures", number(status.failures));
    if (!status.last_error.empty()) {
        server->set("last-error", Element::create(status.last_error));
    }
    if (status.since_last_answer) {
        server->set("since-last-answer", Element::create(static_cast<std::int64_t>(status.since_last_answer->count())));
    }
    return server;
}

ElementPtr cluster_element(const ClusterStatus& status, const Config& config) {
    auto cluster = Element::createMap();
    cluster->set("cluster-id", Element::create(status.id));
    for (const auto& configured : config.clusters) {
        if (configured.id == status.id) {
            cluster->set("fqdn", Element::create(configured.fqdn));
            cluster->set("description", Element::create(configured.description));
            cluster->set("secure", Element::create(configured.secure));
        }
    }
    auto servers = Element::createList();
    for (const auto& server : status.servers) {
        servers->add(server_element(server));
    }
    const auto up = std::any_of(status.servers.begin(), status.servers.end(), [](const auto& server) { return server.up; });
    cluster->set("up", Element::create(up));
    cluster->set("tftp-servers", servers);
    return cluster;
}

// Phones that two clusters have.
ElementPtr rivals_element(Resolver& resolver) {
    auto list = Element::createList();
    for (const auto& rival : resolver.rivals()) {
        auto one = Element::createMap();
        one->set("name", Element::create(rival.name));
        one->set("cluster", Element::create(rival.owner));
        one->set("also-in", Element::create(rival.other));
        list->add(one);
    }
    return list;
}

ConstElementPtr list_clusters(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments none("tftp-cluster-list", arguments, {});
    const auto config = targets.config();
    auto clusters = Element::createList();
    for (const auto& status : targets.resolver->cluster_status()) {
        clusters->add(cluster_element(status, *config));
    }
    auto answer = Element::createMap();
    answer->set("clusters", clusters);
    answer->set("in-two-clusters", rivals_element(*targets.resolver));
    answer->set("count", number(clusters->size()));
    return createAnswer(clusters->empty() ? empty : success, counted(clusters->size(), "cluster", "clusters") + " configured.",
                        answer);
}

ConstElementPtr get_cluster(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const auto id = Arguments("tftp-cluster-get", arguments, {"cluster-id"}).needed_text("cluster-id");
    for (const auto& status : targets.resolver->cluster_status()) {
        if (status.id == id) {
            return createAnswer(success, "Cluster " + id + '.', cluster_element(status, *targets.config()));
        }
    }
    return createAnswer(empty, "No cluster is called \"" + id + "\"; tftp-cluster-list shows those that are configured.");
}

ElementPtr entry_element(const CacheEntry& entry) {
    auto element = Element::createMap();
    element->set("name", Element::create(entry.name));
    element->set("cluster", Element::create(entry.cluster));
    element->set("size", number(entry.size));
    element->set("age", Element::create(static_cast<std::int64_t>(entry.age.count())));
    element->set("fresh", Element::create(entry.fresh));
    return element;
}

FlushSelection selection_of(const Arguments& given) {
    return {given.text("name").value_or(""), given.text("cluster").value_or(""), given.mac("phone").value_or("")};
}

ConstElementPtr entries_answer(const CommandTargets& targets, const FlushSelection& wanted, std::size_t at_most) {
    auto list = Element::createList();
    std::size_t matching = 0;
    std::uint64_t bytes = 0;
    for (const auto& entry : targets.resolver->cache_entries()) {
        if ((wanted.name.empty() || same_letters(entry.name, wanted.name)) &&
            (wanted.cluster.empty() || entry.cluster == wanted.cluster) &&
            (wanted.phone.empty() || carries(entry.name, wanted.phone))) {
            ++matching;
            bytes += entry.size;
            if (list->size() < at_most) {
                list->add(entry_element(entry));
            }
        }
    }
    auto answer = Element::createMap();
    answer->set("files", list);
    answer->set("count", number(matching));
    answer->set("size", number(bytes));
    const auto left_out = matching - list->size();
    return createAnswer(
        matching == 0 ? empty : success,
        counted(matching, "file", "files") + (left_out == 0 ? "." : ", of which the first are listed; see \"limit\"."), answer);
}

ConstElementPtr list_cache(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-cache-list", arguments, {"name", "cluster", "phone", "limit"});
    const auto limit = given.number("limit", 1, most_listed, default_listed);
    return entries_answer(targets, selection_of(given), static_cast<std::size_t>(limit));
}

ConstElementPtr get_cached(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-cache-get", arguments, {"name", "cluster"});
    return entries_answer(targets, {given.needed_text("name"), given.text("cluster").value_or(""), ""},
                          static_cast<std::size_t>(most_listed));
}

ConstElementPtr flush_cache(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments given("tftp-cache-flush", arguments, {"name", "cluster", "phone", "all"});
    const auto selection = selection_of(given);
    const auto all = given.flag("all");
    const auto selects = !selection.name.empty() || !selection.cluster.empty() || !selection.phone.empty();
    if (all == selects) {
        throw ArgumentError(std::string("tftp-cache-flush needs ") + (all ? "either \"all\": true or" : "\"all\": true, or") +
                            " one or more of \"name\", \"cluster\" and \"phone\", which must then all match" +
                            (all ? ", not both" : ""));
    }
    const auto flushed = targets.resolver->flush(selection);
    auto answer = Element::createMap();
    answer->set("flushed", number(flushed));
    return createAnswer(flushed == 0 ? empty : success,
                        flushed == 0 ? "Nothing in the cache matches." : counted(flushed, "entry", "entries") + " flushed.",
                        answer);
}

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
        {"tftp-cluster-list", [&targets](const ConstElementPtr& arguments) { return list_clusters(targets, arguments); }},
        {"tftp-cluster-get", [&targets](const ConstElementPtr& arguments) { return get_cluster(targets, arguments); }},
        {"tftp-cache-list", [&targets](const ConstElementPtr& arguments) { return list_cache(targets, arguments); }},
        {"tftp-cache-get", [&targets](const ConstElementPtr& arguments) { return get_cached(targets, arguments); }},
        {"tftp-cache-flush", [&targets](const ConstElementPtr& arguments) { return flush_cache(targets, arguments); }},
        {"tftp-service-status", [&targets](const ConstElementPtr& arguments) { return service_status(targets, arguments); }},
    };
}

}  // namespace branchline
