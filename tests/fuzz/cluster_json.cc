// Any text as the daemon's configuration: it becomes a configuration or one message that says where; what it becomes keeps the
// rules, and means the same when it is written out and read again (config-write).
#include "tests/fuzz/targets.h"
#include "tftpd/config/config_reader.h"
#include "tftpd/config/json_text.h"

#include <set>
#include <string>

namespace branchline::fuzz {
namespace {

const std::string file = "fuzz.conf";

Machine made_up_machine() {
    return {.addresses = {boost::asio::ip::make_address("10.20.0.1"), boost::asio::ip::make_address("2001:db8:20::1")},
            .socket_directory = "/run/kea"};
}

void check_message(const std::string& message) {
    must(message.starts_with(file + ":"), "a message says in which file");
    must(message.size() > file.size() + 1 && message[file.size() + 1] >= '1' && message[file.size() + 1] <= '9',
         "a message says in which line");
    for (const char one : message) {
        must(static_cast<unsigned char>(one) >= ' ' && one != '\x7f', "a message is one printable line");
    }
}

void check_config(const Config& config, const Machine& machine) {
    std::set<std::string> identifiers;
    for (const auto& cluster : config.clusters) {
        must(identifiers.insert(cluster.id).second, "a cluster-id is there once");
        must(!cluster.id.empty() && cluster.fqdn.size() <= 50, "a cluster's words are bounded");
        must(cluster.servers.size() <= 3, "a cluster has at most three servers");
        for (const auto& server : cluster.servers) {
            must(!(machine.has(server.address) && cluster.transport == Transport::tftp && server.tftp_port == config.tftp_port),
                 "no server is our own listener");
        }
    }
    must(config.limits.transfers >= 1, "some transfer is allowed");
}

}  // namespace

void cluster_json(ByteView input) {
    const auto text = as_text(input);
    if (text.find("<?include") != std::string_view::npos) {
        return;  // It would read files of the machine that this runs on.
    }
    static const auto machine = made_up_machine();
    isc::data::ElementPtr document;
    try {
        document = read_json_text(std::string(text), file);
        check_config(*read_config_document(document, machine).config, machine);
    } catch (const ConfigError& error) {
        check_message(error.what());
        return;
    }
    const auto written = document->str();
    try {
        const auto again = read_config_document(read_json_text(written, file), machine);
        must(again.document->str() == written, "what was written is read as the same");
    } catch (const ConfigError& error) {
        must(false, error.what());
    }
}

}  // namespace branchline::fuzz
