#include "tftpd/ctl/tables.h"

#include "tftpd/ctl/rows.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

void add_servers(std::vector<Row>& rows, const ConstElementPtr& cluster) {
    for (const auto& server : elements(cluster, "tftp-servers")) {
        const auto answered = member(server, "since-last-answer");
        rows.push_back({text(cluster, "cluster-id"), text(server, "address"), flag(server, "up") ? "up" : "down",
                        text(server, "transport"),
                        answered ? duration_text(number(server, "since-last-answer")) + " ago" : "never",
                        member(server, "since-it-asked-us") ? "asks us, too: a loop" : text(server, "last-error")});
    }
}

const Row server_heading{"CLUSTER", "SERVER", "STATE", "TRANSPORT", "LAST ANSWER", "LAST ERROR"};

}  // namespace

std::string duration_text(std::int64_t seconds) {
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    constexpr std::int64_t day = 24 * hour;
    if (seconds < minute) {
        return std::to_string(seconds) + " s";
    }
    if (seconds < hour) {
        return std::to_string(seconds / minute) + " min";
    }
    return seconds < day ? std::to_string(seconds / hour) + " h" : std::to_string(seconds / day) + " d";
}

std::string status_text(const ConstElementPtr& arguments) {
    const auto sockets = member(arguments, "sockets");
    const auto port = [&sockets](const char* name) {
        return number(sockets, name) == 0 ? "off" : "port " + text(sockets, name);
    };
    std::string https;
    for (const auto& one : elements(sockets, "https-ports")) {
        https += ", TLS on port " + one->str();
    }
    std::vector<Row> rows{
        {"branchline-tftpd", text(arguments, "version")},
        {"serving", flag(arguments, "serving") ? "yes" : "NO: " + text(arguments, "not-serving-reason")},
        {"running for", duration_text(number(arguments, "uptime")) + ", process " + text(arguments, "pid")},
        {"configuration", "taken " + duration_text(number(arguments, "reload")) + " ago"},
        {"TFTP",
         port("tftp-port") + ", " + text(arguments, "transfers") + " transfers, " + text(arguments, "threads") + " threads"},
        {"HTTP", port("http-port") + https + ", " + text(arguments, "http-connections") + " connections"},
        {"clusters", text(arguments, "clusters")},
    };
    for (const auto& one : elements(arguments, "certificates-ending")) {
        const auto left = number(one, "days-left");
        rows.push_back({"certificate", text(one, "name") + " (" + text(one, "store") + ") " +
                                           (left < 0 ? "HAS EXPIRED" : "ends in " + std::to_string(left) + " d")});
    }
    return table(rows);
}

std::string statistics_table(const ConstElementPtr& arguments) {
    std::vector<Row> rows;
    if (arguments && arguments->getType() == Element::map) {
        for (const auto& [name, samples] : arguments->mapValue()) {
            const auto one = samples->getType() == Element::list && !samples->empty() ? samples->get(0) : ConstElementPtr();
            rows.push_back(
                {printable(name), one && one->getType() == Element::list && !one->empty() ? one->get(0)->str() : "-"});
        }
    }
    return table(rows);
}

std::string cluster_table(const ConstElementPtr& arguments) {
    std::vector<Row> rows{server_heading};
    for (const auto& cluster : elements(arguments, "clusters")) {
        add_servers(rows, cluster);
    }
    return table(rows);
}

std::string cluster_text(const ConstElementPtr& arguments) {
    std::vector<Row> rows{server_heading};
    add_servers(rows, arguments);
    return table({{"cluster", text(arguments, "cluster-id")},
                  {"fqdn", text(arguments, "fqdn")},
                  {"description", text(arguments, "description")},
                  {"secure", flag(arguments, "secure") ? "yes" : "no"}}) +
           '\n' + table(rows);
}

std::string cache_table(const ConstElementPtr& arguments) {
    std::vector<Row> rows{{"FILE", "CLUSTER", "BYTES", "FETCHED", "STATE"}};
    for (const auto& file : elements(arguments, "files")) {
        rows.push_back({text(file, "name"), text(file, "cluster"), text(file, "size"),
                        duration_text(number(file, "age")) + " ago", flag(file, "fresh") ? "fresh" : "stale"});
    }
    return table(rows);
}

std::string file_table(const ConstElementPtr& arguments) {
    std::vector<Row> rows{{"FILE", "BYTES", "MODIFIED"}};
    for (const auto& file : elements(arguments, "files")) {
        rows.push_back({text(file, "name"), text(file, "size"), text(file, "modified")});
    }
    return table(rows) + text(arguments, "count") + " files, " + text(arguments, "size") + " bytes; room for " +
           text(arguments, "room") + " more\n";
}

std::string service_text(const ConstElementPtr& arguments) {
    std::vector<Row> rows{{"service", text(arguments, "state")}};
    if (member(arguments, "reason")) {
        rows.push_back({"because", text(arguments, "reason")});
    }
    if (member(arguments, "seconds-left")) {
        rows.push_back({"time left", duration_text(number(arguments, "seconds-left"))});
    }
    if (member(arguments, "cut-off")) {
        rows.push_back({"cut off", text(arguments, "cut-off")});
    }
    rows.push_back({"transfers", text(arguments, "transfers")});
    rows.push_back({"HTTP connections", text(arguments, "http-connections")});
    auto shown = table(rows);
    if (const auto transfers = elements(arguments, "transfer-list"); !transfers.empty()) {
        std::vector<Row> list{{"PHONE", "FILE", "SOURCE", "BYTES", "RESENT"}};
        for (const auto& one : transfers) {
            list.push_back(
                {text(one, "phone"), text(one, "file"), text(one, "source"), text(one, "bytes"), text(one, "resent")});
        }
        shown += '\n' + table(list);
    }
    return shown;
}

std::string prewarm_table(const ConstElementPtr& arguments) {
    std::vector<Row> rows{{"FILE", "STATE", "BYTES", "SOURCE", "NAMED BY", "REASON"}};
    for (const auto& file : elements(arguments, "files")) {
        rows.push_back({text(file, "name"), text(file, "state"), text(file, "bytes"), text(file, "source"), text(file, "set"),
                        text(file, "reason")});
    }
    return table(rows);
}

std::string scope_table(const ConstElementPtr& arguments) {
    std::vector<Row> rows{{"ID", "SUBNET", "POOLS", "LEASES", "TFTP SERVERS", "OPTIONS"}};
    for (const auto& scope : elements(arguments, "scopes")) {
        std::string pools;
        for (const auto& pool : elements(scope, "pools")) {
            pools += (pools.empty() ? "" : ", ") + text(pool, "range");
        }
        std::string servers;
        for (const auto& server : elements(scope, "in-effect")) {
            servers += (servers.empty() ? "" : ", ") +
                       (member(server, "address") ? text(server, "address") : std::string("auto")) +
                       (flag(server, "left-out") ? " (down, left out)" : "");
        }
        std::string options;
        for (const auto& option : elements(scope, "options")) {
            const auto name = text(option, "name");
            options += (options.empty() ? "" : "; ") + (name == "-" ? text(option, "code") : name) + " " + text(option, "data");
        }
        const auto or_none = [](const std::string& words) { return words.empty() ? std::string("none") : words; };
        rows.push_back({text(scope, "subnet-id"), text(scope, "subnet"), or_none(pools), text(scope, "leases"),
                        or_none(servers), or_none(options)});
    }
    return table(rows);
}

std::string configuration_text(const ConstElementPtr& arguments) {
    auto document = Element::createMap();
    if (const auto tftpd = member(arguments, "Tftpd")) {
        document->set("Tftpd", tftpd);
    }
    return isc::data::prettyPrint(document, 0, 4) + '\n';
}

}  // namespace branchline
