// "branchlinectl cluster …": the remote clusters.
#include "tftpd/ctl/command_line.h"
#include "tftpd/ctl/tables.h"

#include <memory>
#include <vector>

namespace branchline {
namespace {

using isc::data::Element;

struct GivenKeys {
    std::string id;
    std::vector<std::string> servers;
    std::string fqdn;
    std::string description;
    std::string transport;
    std::string before;
    std::vector<std::string> settings;
};

void add_keys(CLI::App& word, GivenKeys& given) {
    word.add_option("--server", given.servers, "a TFTP server's address; again for the second and third")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    word.add_option("--fqdn", given.fqdn, "its name");
    word.add_option("--description", given.description, "a word about it");
    word.add_option("--transport", given.transport, "auto, http or tftp");
    word.add_option("--before", given.before, "the cluster that it comes before");
    word.add_option("--set", given.settings, "KEY=JSON: any other key of a cluster")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void put_keys(Request& request, const GivenKeys& given) {
    if (!given.servers.empty()) {
        auto list = Element::createList();
        for (const auto& server : given.servers) {
            list->add(Element::create(server));
        }
        request.argument("tftp-servers", list);
    }
    request.text_argument("fqdn", given.fqdn);
    request.text_argument("description", given.description);
    request.text_argument("transport", given.transport);
    request.text_argument("before", given.before);
    for (const auto& setting : given.settings) {
        const auto equals = setting.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw CLI::ValidationError("--set", "say KEY=JSON, such as secure=false");
        }
        request.argument(setting.substr(0, equals), json_of("--set", setting.substr(equals + 1)));
    }
}

}  // namespace

void add_cluster_words(CommandLine& line) {
    auto& cluster = line.group("cluster", "the remote clusters");
    const auto given = std::make_shared<GivenKeys>();
    const auto of_one = [&](const char* word, const char* help, const char* command,
                            const CommandLine::Show& show = {}) -> CLI::App& {
        auto* added = cluster.add_subcommand(word, help);
        added->add_option("CLUSTER-ID", given->id, "which")->required();
        added->callback([&line, given, command, show] {
            line.request.ask(command, show);
            line.request.text_argument("cluster-id", given->id);
            put_keys(line.request, *given);
        });
        return *added;
    };
    line.simple(cluster, "list", "all of them and their servers", "tftp-cluster-list", cluster_table);
    of_one("get", "one of them", "tftp-cluster-get", cluster_text);
    auto& add = of_one("add", "a new one, in force at once", "tftp-cluster-add");
    add_keys(add, *given);
    add.needs(add.get_option("--server"));
    add_keys(of_one("update", "change what is named, keep the rest", "tftp-cluster-update"), *given);
    of_one("del", "take it out, and its files out of the cache", "tftp-cluster-del");
    auto* refresh = cluster.add_subcommand("refresh", "look up the servers of clusters that are learned from the DNS");
    refresh->add_option("CLUSTER-ID", given->id, "one of them");
    refresh->callback([&line, given] {
        line.request.ask("tftp-cluster-refresh");
        line.request.text_argument("cluster-id", given->id);
    });
}

}  // namespace branchline
