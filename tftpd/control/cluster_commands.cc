// tftp-cluster-*: the remote clusters, as they are and as the operator changes them. A change is one of the whole
// configuration: the same rules, the same messages, all or nothing, in force at once, written to the file by config-write.
#include "tftpd/base/letters.h"
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/cluster_edit.h"
#include "tftpd/control/command_list.h"
#include "tftpd/resolve/resolver.h"

#include <algorithm>

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

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
    if (status.since_it_asked_us) {
        server->set("since-it-asked-us", Element::create(static_cast<std::int64_t>(status.since_it_asked_us->count())));
    }
    return server;
}

std::string loop_text(const std::string& id) {
    return "a server of " + id +
           " asks this daemon for files: the two point at each other. Nothing goes round (what it asks is answered "
           "from here alone), but what neither has is asked for twice. Take this daemon out of its clusters, or it out of ours";
}

ElementPtr discovery_element(const DiscoveryStatus& status) {
    auto discovery = Element::createMap();
    const auto set_seconds = [&](const char* key, const std::optional<std::chrono::seconds>& value) {
        if (value) {
            discovery->set(key, Element::create(static_cast<std::int64_t>(value->count())));
        }
    };
    set_seconds("since-learned", status.since_learned);
    set_seconds("next-lookup", status.next_lookup);
    if (!status.last_error.empty()) {
        discovery->set("last-error", Element::create(status.last_error));
    }
    return discovery;
}

ElementPtr cluster_element(const ClusterStatus& status) {
    auto cluster = Element::createMap();
    cluster->set("cluster-id", Element::create(status.id));
    cluster->set("fqdn", Element::create(status.cluster.fqdn));
    cluster->set("description", Element::create(status.cluster.description));
    cluster->set("secure", Element::create(status.cluster.secure));
    cluster->set("learned", Element::create(status.discovery.has_value()));
    if (status.discovery) {
        cluster->set("discovery", discovery_element(*status.discovery));
    }
    auto servers = Element::createList();
    for (const auto& server : status.servers) {
        servers->add(server_element(server));
    }
    const auto loop = std::any_of(status.servers.begin(), status.servers.end(),
                                  [](const auto& server) { return server.since_it_asked_us.has_value(); });
    if (loop) {
        cluster->set("loop", Element::create(loop_text(status.id)));
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

ConstElementPtr no_such_cluster(const std::string& id) {
    return createAnswer(empty, "No cluster is called \"" + id + "\"; tftp-cluster-list shows those that are configured.");
}

/// The cluster as it is now, for the answer of a command that changed it; with a word about a loop that is known.
ConstElementPtr changed(const CommandTargets& targets, const std::string& id, const std::string& what) {
    for (const auto& status : targets.resolver->cluster_status()) {
        if (same_letters(status.id, id)) {
            const auto element = cluster_element(status);
            const auto loop = element->get("loop");
            return createAnswer(success,
                                "Cluster " + status.id + ' ' + what + "; config-write makes it survive a restart." +
                                    (loop ? " Mind: " + loop->stringValue() + '.' : ""),
                                element);
        }
    }
    return createAnswer(success, "Cluster " + id + ' ' + what + "; config-write makes it survive a restart.");
}

ConstElementPtr add_cluster(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const auto id = cluster_id_of("tftp-cluster-add", arguments);
    targets.set_config(with_cluster_added(targets.config_document(), arguments));
    return changed(targets, id, "added");
}

ConstElementPtr update_cluster(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const auto id = cluster_id_of("tftp-cluster-update", arguments);
    const auto document = with_cluster_updated(targets.config_document(), arguments);
    if (!document) {
        return no_such_cluster(id);
    }
    targets.set_config(document);
    return changed(targets, id, "updated");
}

ConstElementPtr delete_cluster(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const auto id = Arguments("tftp-cluster-del", arguments, {"cluster-id"}).needed_text("cluster-id");
    const auto document = with_cluster_deleted(targets.config_document(), id);
    if (!document) {
        return no_such_cluster(id);
    }
    targets.set_config(document);
    return createAnswer(success,
                        "Cluster " + id + " deleted, its files in the cache too; config-write makes it survive a restart.");
}

ConstElementPtr list_clusters(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const Arguments none("tftp-cluster-list", arguments, {});
    auto clusters = Element::createList();
    for (const auto& status : targets.resolver->cluster_status()) {
        clusters->add(cluster_element(status));
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
            return createAnswer(success, "Cluster " + id + '.', cluster_element(status));
        }
    }
    return no_such_cluster(id);
}

}  // namespace

CommandList cluster_commands(const CommandTargets& targets) {
    return {
        {"tftp-cluster-list", [&targets](const ConstElementPtr& arguments) { return list_clusters(targets, arguments); }},
        {"tftp-cluster-get", [&targets](const ConstElementPtr& arguments) { return get_cluster(targets, arguments); }},
        {"tftp-cluster-add", [&targets](const ConstElementPtr& arguments) { return add_cluster(targets, arguments); }},
        {"tftp-cluster-update", [&targets](const ConstElementPtr& arguments) { return update_cluster(targets, arguments); }},
        {"tftp-cluster-del", [&targets](const ConstElementPtr& arguments) { return delete_cluster(targets, arguments); }},
    };
}

}  // namespace branchline
