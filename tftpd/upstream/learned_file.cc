#include "tftpd/upstream/learned_file.h"

#include "tftpd/base/replace_file.h"

#include <cc/data.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;

constexpr mode_t file_mode = 0640;

/// A value that must be there; whoever wrote the file has put it there.
ConstElementPtr needed(const ConstElementPtr& map, const char* key) {
    const auto value = map ? map->get(key) : ConstElementPtr();
    if (!value) {
        throw std::out_of_range(key);
    }
    return value;
}

RemoteServer server_of(const ConstElementPtr& element) {
    RemoteServer server;
    server.address = boost::asio::ip::make_address(needed(element, "address")->stringValue());
    const auto port = needed(element, "port")->intValue();
    if (port < 1 || port > 65535) {
        throw std::out_of_range("port");
    }
    server.tftp_port = static_cast<std::uint16_t>(port);
    return server;
}

}  // namespace

std::vector<LearnedCluster> read_learned_file(const std::filesystem::path& directory) {
    std::vector<LearnedCluster> known;
    try {
        const auto path = directory / learned_file_name;
        std::error_code error;
        const auto size = std::filesystem::file_size(path, error);
        if (error || size > max_learned_file) {
            return {};
        }
        std::ifstream file(path, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto document = Element::fromJSON(text);
        for (const auto& element : needed(document, "clusters")->listValue()) {
            LearnedCluster cluster{needed(element, "cluster-id")->stringValue(), needed(element, "fqdn")->stringValue(), {}};
            for (const auto& server : needed(element, "tftp-servers")->listValue()) {
                if (cluster.servers.size() < DnsLookup::max_servers) {
                    cluster.servers.push_back(server_of(server));
                }
            }
            known.push_back(std::move(cluster));
        }
    } catch (const std::exception&) {
        return {};
    }
    return known;
}

Result<bool> write_learned_file(const std::filesystem::path& directory, const std::vector<LearnedCluster>& known) {
    auto clusters = Element::createList();
    for (const auto& one : known) {
        auto cluster = Element::createMap();
        cluster->set("cluster-id", Element::create(one.id));
        cluster->set("fqdn", Element::create(one.fqdn));
        auto servers = Element::createList();
        for (const auto& server : one.servers) {
            auto element = Element::createMap();
            element->set("address", Element::create(server.address.to_string()));
            element->set("port", Element::create(static_cast<std::int64_t>(server.tftp_port)));
            servers->add(element);
        }
        cluster->set("tftp-servers", servers);
        clusters->add(cluster);
    }
    auto document = Element::createMap();
    document->set("clusters", clusters);
    std::error_code ignored;
    std::filesystem::create_directories(directory, ignored);
    return replace_file(directory / learned_file_name, document->str() + "\n", file_mode);
}

}  // namespace branchline
