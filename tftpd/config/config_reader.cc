#include "tftpd/config/config_reader.h"

#include "tftpd/config/binding_rules.h"
#include "tftpd/config/cluster_rules.h"
#include "tftpd/config/discovery_rules.h"
#include "tftpd/config/history_rules.h"
#include "tftpd/config/json_text.h"
#include "tftpd/config/logger_check.h"
#include "tftpd/config/map_reader.h"
#include "tftpd/config/prewarm_rules.h"
#include "tftpd/config/trust_rules.h"

#include <algorithm>
#include <limits>
#include <set>

namespace branchline {
namespace {

using isc::data::ConstElementPtr;
using isc::data::Element;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t maximum_interfaces = 256;
constexpr std::size_t maximum_interface_name = 64;  // room for an IPv6 address; the kernel's names have at most 15 characters
constexpr std::size_t maximum_common_files = 1024;
constexpr std::size_t maximum_binding_allowed = 1024;
constexpr std::size_t maximum_glob = 255;  // characters, as a file's name
constexpr std::size_t maximum_loggers = 64;
constexpr std::size_t maximum_socket_path = 107;  // bytes: sockaddr_un.sun_path without its closing NUL (unix(7))

class ConfigReader {
public:
    ConfigReader(const MapReader& map, const Machine& machine, std::vector<std::string>& warnings)
        : map_(map), machine_(machine), warnings_(warnings) {}

    ConfigPtr read() {
        read_interfaces();
        read_ports();
        read_tftp();
        config_.threads = map_.number<unsigned>("threads", config_.threads, 0, 64, "threads (0 = one per core)");
        read_storage();
        config_.clusters = read_clusters(map_.list("remote-clusters", 0, std::numeric_limits<std::size_t>::max()),
                                         {config_.tftp_port, config_.http_port}, machine_, warnings_);
        if (map_.has("discovery")) {
            config_.discovery = read_discovery(map_.get("discovery"), config_.clusters, warnings_);
        }
        config_.prewarm = read_prewarm(map_.list("prewarm", 0, maximum_prewarm_entries));
        read_policy();
        read_trust_settings();
        read_limits();
        read_sockets();
        check_loggers(map_.list("loggers", 0, maximum_loggers));
        return std::make_shared<const Config>(std::move(config_));
    }

private:
    void read_interfaces() {
        if (!map_.has("interfaces-config")) {
            return;
        }
        const MapReader map(map_.get("interfaces-config"), "interfaces-config", {"interfaces"});
        if (!map.has("interfaces")) {
            return;
        }
        std::set<std::string> names;
        config_.interfaces.clear();
        for (const ConstElementPtr& element : map.list("interfaces", 1, maximum_interfaces)) {
            const std::string name = checked_text(*element, "an interface", 1, maximum_interface_name);
            check_interface(name, position_of(*element));
            if (!names.insert(name).second) {
                throw ConfigError(position_of(*element),
                                  "the interface " + shown(name) + " is there twice; once is enough. Remove one.");
            }
            config_.interfaces.push_back(name);
        }
        if (names.size() > 1 && names.contains("*")) {
            warnings_.push_back(ConfigError::place(map.place("interfaces")) +
                                "\"*\" means every interface; the others beside it change nothing.");
        }
    }

    // "*", an address, or what the kernel takes for a name (dev_valid_name: no blanks, '/' or ':', at most 15 bytes). One that
    // is not there now may come later, so it is not asked for.
    static void check_interface(const std::string& name, const Position& where) {
        boost::system::error_code error;
        boost::asio::ip::make_address(name, error);
        const bool is_name = name.size() <= 15 && name != "." && name != ".." && name.find_first_of(" /:") == std::string::npos;
        if (error && !is_name) {
            throw ConfigError(where, shown(name) +
                                         " is neither an interface's name nor an address; an interface is \"*\", a name "
                                         "such as \"eth0\", or an address of this machine. Write one of these.");
        }
    }

    void read_ports() {
        config_.tftp_port = map_.number<std::uint16_t>("tftp-port", config_.tftp_port, 1, 65535);
        config_.http_port = map_.number<std::uint16_t>("http-port", config_.http_port, 0, 65535, "(0 = off)");
        config_.https_ports = read_https_ports(map_);
        for (const auto port : config_.https_ports) {
            if (port == config_.http_port) {
                map_.fail(map_.has("https-port") ? "https-port" : "http-port",
                          "the https-port " + std::to_string(port) +
                              " is the http-port too; each needs its own. Phones know 6970 for HTTP and 6971 for HTTPS.");
            }
        }
        config_.tvs_port = map_.number<std::uint16_t>("tvs-port", config_.tvs_port, 0, 65535, "(0 = off)");
        const auto& https = config_.https_ports;
        if (config_.tvs_port != 0 &&
            (config_.tvs_port == config_.http_port || std::find(https.begin(), https.end(), config_.tvs_port) != https.end())) {
            map_.fail("tvs-port", "the tvs-port " + std::to_string(config_.tvs_port) +
                                      " is a port for files too; each needs its own. Phones know 2445.");
        }
        if (map_.has("transfer-ports")) {
            read_transfer_ports(MapReader(map_.get("transfer-ports"), "transfer-ports", {"first", "last"}));
        }
    }

    void read_transfer_ports(const MapReader& map) {
        map.require("first", "\"first\" and \"last\", both 0 for the kernel's range");
        map.require("last", "\"first\" and \"last\", both 0 for the kernel's range");
        const auto first = map.number<std::uint16_t>("first", 0, 0, 65535);
        const auto last = map.number<std::uint16_t>("last", 0, 0, 65535);
        const std::string range = "\"transfer-ports\" are " + std::to_string(first) + " to " + std::to_string(last);
        if ((first == 0) != (last == 0) || first > last) {
            map.fail("first", range + "; both must be 0 (the kernel's range), or \"first\" at most \"last\". Correct them.");
        }
        const bool single_port = first == config_.tftp_port && last == config_.tftp_port;
        if (!single_port && first <= config_.tftp_port && config_.tftp_port <= last) {
            map.fail("first",
                     range + " and hold the tftp-port " + std::to_string(config_.tftp_port) +
                         "; transfers must stay off it, or have it alone (single-port mode). Move the range, or set both to " +
                         std::to_string(config_.tftp_port) + ".");
        }
        config_.transfer_ports = {first, last};
    }

    void read_tftp() {
        if (!map_.has("tftp")) {
            return;
        }
        TftpSettings& tftp = config_.tftp;
        const MapReader map(map_.get("tftp"), "tftp", {"min-resend-ms", "max-resends", "max-block-size", "dscp"});
        tftp.min_resend =
            milliseconds(map.number<std::int64_t>("min-resend-ms", tftp.min_resend.count(), 10, 5000, "milliseconds"));
        tftp.max_resends = map.number<unsigned>("max-resends", tftp.max_resends, 1, 20);
        tftp.max_block_size = map.number<std::uint16_t>("max-block-size", tftp.max_block_size, 512, 65464, "bytes");
        tftp.dscp = map.number<std::uint8_t>("dscp", tftp.dscp, 0, 63);
    }

    void read_storage() {
        config_.files = map_.path("files", config_.files.string());
        CacheSettings& cache = config_.cache;
        Position place = map_.place("files");
        if (map_.has("cache")) {
            const MapReader map(
                map_.get("cache"), "cache",
                {"path", "max-size-mb", "valid-lifetime", "config-lifetime", "negative-lifetime", "serve-stale"});
            const auto lifetime = [&map](const char* key, seconds fallback, std::int64_t least, std::int64_t most) {
                return seconds(map.number<std::int64_t>(key, fallback.count(), least, most, "seconds"));
            };
            cache.path = map.path("path", cache.path.string());
            cache.max_size =
                map.number<std::uint64_t>("max-size-mb", cache.max_size >> 20, 1, 1u << 20, "megabytes of 2^20 bytes") << 20;
            cache.valid_lifetime = lifetime("valid-lifetime", cache.valid_lifetime, 1, 604800);
            cache.config_lifetime = lifetime("config-lifetime", cache.config_lifetime, 0, 86400);
            cache.negative_lifetime = lifetime("negative-lifetime", cache.negative_lifetime, 1, 3600);
            cache.serve_stale = map.boolean("serve-stale", cache.serve_stale);
            place = map.has("path") ? map.place("path") : place;
        }
        if (within(cache.path, config_.files) || within(config_.files, cache.path)) {
            throw ConfigError(place, "\"files\" (" + config_.files.string() + ") and the cache's \"path\" (" +
                                         cache.path.string() +
                                         ") are one within the other; phones could then ask for the cache's own files, or the "
                                         "cache clean away local ones. Name two directories apart.");
        }
    }

    void read_policy() {
        config_.security_mode = static_cast<SecurityMode>(map_.choice("security-mode", 0, {"nonsecure", "mixed"}));
        config_.device_binding = static_cast<DeviceBinding>(map_.choice("device-binding", 1, {"off", "log", "enforce"}));
        config_.prefetch = map_.boolean("prefetch", config_.prefetch);
        config_.common_from_home = map_.boolean("common-from-home", config_.common_from_home);
        if (map_.has("phone-history")) {
            config_.phone_history = read_phone_history(map_.get("phone-history"));
        }
        config_.binding_allowed = read_binding_allowed(map_.list("device-binding-allow", 0, maximum_binding_allowed));
        for (const ConstElementPtr& element : map_.list("common-files", 0, maximum_common_files)) {
            config_.common_files.push_back(checked_text(*element, "a pattern of \"common-files\"", 1, maximum_glob));
        }
        if (map_.has("admin-listener")) {
            read_admin_listener(MapReader(map_.get("admin-listener"), "admin-listener", {"address", "port"}));
        }
    }

    void read_trust_settings() {
        config_.signature_algorithm =
            static_cast<SignatureAlgorithm>(map_.choice("signature-algorithm", 0, {"sha1", "sha512"}));
        const auto element = map_.has("trust") ? map_.get("trust") : isc::data::ConstElementPtr();
        config_.trust = read_trust(element,
                                   map_.place(element             ? "trust"
                                              : map_.has("files") ? "files"
                                                                  : "cache"),
                                   {config_.files, config_.cache.path});
    }

    void read_admin_listener(const MapReader& map) {
        AdminListener& admin = config_.admin_listener;
        const std::string written = map.text("address", admin.address.to_string(), 1, 64);
        boost::system::error_code error;
        admin.address = unmapped(boost::asio::ip::make_address(written, error));
        if (error || admin.address.is_multicast()) {
            map.fail("address",
                     "the admin-listener's address is " + shown(written) +
                         "; it must be an IPv4 or IPv6 address of this machine. Write \"127.0.0.1\" to have it for this "
                         "machine alone.");
        }
        admin.port = map.number<std::uint16_t>("port", admin.port, 0, 65535, "(0 = off)");
        const auto& https = config_.https_ports;
        const bool is_https = std::find(https.begin(), https.end(), admin.port) != https.end();
        if (admin.port != 0 && (admin.port == config_.http_port || is_https)) {
            map.fail("port", "the admin-listener's port " + std::to_string(admin.port) + " is the " +
                                 (is_https ? "https-port" : "http-port") +
                                 " too; each needs its own. Choose another, such as 6980.");
        }
    }

    void read_limits() {
        if (!map_.has("limits")) {
            return;
        }
        Limits& limits = config_.limits;
        const MapReader map(map_.get("limits"), "limits",
                            {"transfers", "transfers-per-client", "device-names-per-client", "files-max-size-mb"});
        limits.transfers = map.number<unsigned>("transfers", limits.transfers, 1, 65536);
        limits.transfers_per_client = map.number<unsigned>("transfers-per-client", limits.transfers_per_client, 1, 65536);
        limits.device_names_per_client =
            map.number<unsigned>("device-names-per-client", limits.device_names_per_client, 1, 65536);
        limits.files_max_size =
            map.number<std::uint64_t>("files-max-size-mb", limits.files_max_size >> 20, 1, 1u << 20, "megabytes of 2^20 bytes")
            << 20;
    }

    void read_sockets() {
        config_.event_socket = (machine_.socket_directory / "branchline-events.sock").string();
        if (map_.has("event-socket")) {
            config_.event_socket = socket_path(map_, "event-socket");
        }
        if (map_.has("control-socket")) {
            const MapReader map(map_.get("control-socket"), "control-socket", {"socket-type", "socket-name"});
            map.require("socket-type", "\"socket-type\": \"unix\"");
            map.require("socket-name", "\"socket-name\": \"branchline-tftpd.sock\"");
            map.choice("socket-type", 0, {"unix"});
            config_.control_socket = socket_path(map, "socket-name");
            if (config_.control_socket == config_.event_socket) {
                map.fail("socket-name", "the control socket and the event socket are both " + config_.control_socket +
                                            "; each needs its own. Rename one.");
            }
        }
    }

    // Kea 2.6.3 has its sockets in one directory only, and so have we.
    std::string socket_path(const MapReader& map, const std::string& key) const {
        const std::filesystem::path written = map.text(key, "", 1, maximum_socket_path);
        const std::filesystem::path directory = (machine_.socket_directory / "").lexically_normal();
        const std::filesystem::path path = (directory / written).lexically_normal();
        const bool inside =
            path.has_filename() && (path.parent_path() / "") == directory && written.filename() == path.filename();
        if (!inside || path.filename() == "." || path.filename() == "..") {
            map.fail(key, shown(key) + " is " + shown(written.string()) + "; sockets must be in " +
                              directory.parent_path().string() +
                              " (KEA_CONTROL_SOCKET_DIR, else /run/kea). Write a bare name, or a path there.");
        }
        if (path.string().size() > maximum_socket_path) {
            map.fail(key, shown(key) + " is the path " + shown(path.string()) + " of " + std::to_string(path.string().size()) +
                              " bytes; a socket's path may have at most 107. Shorten it.");
        }
        return path.string();
    }

    const MapReader& map_;
    const Machine& machine_;
    std::vector<std::string>& warnings_;
    Config config_;
};

// The one key of the document.
ConstElementPtr tftpd_of(const Element& document) {
    if (document.getType() != Element::map) {
        throw ConfigError(position_of(document),
                          "the configuration is " + type_of(document) + "; it must be a map. Write { \"Tftpd\": { … } }.");
    }
    const ConstElementPtr tftpd = document.get("Tftpd");
    for (const auto& [key, element] : document.mapValue()) {
        if (key != "Tftpd") {
            const bool kea = key == "Dhcp4" || key == "Dhcp6" || key == "Control-agent" || key == "DhcpDdns";
            throw ConfigError(position_of(*element),
                              shown(key) + " is there, but a configuration of branchline-tftpd has the one key \"Tftpd\". " +
                                  (kea     ? "That is the configuration of one of Kea's own daemons: name the other file."
                                   : tftpd ? "Remove it, or move it into \"Tftpd\"."
                                           : "Write { \"Tftpd\": { … } }."));
        }
    }
    if (!tftpd) {
        throw ConfigError(position_of(document),
                          "\"Tftpd\" is missing; the whole configuration stands under it. Write { \"Tftpd\": { … } }.");
    }
    return tftpd;
}

ReadConfig read(const isc::data::ElementPtr& document, const Machine& machine) {
    ReadConfig result{.document = document, .config = {}, .warnings = {}};
    const MapReader map(tftpd_of(*document), "Tftpd",
                        {"interfaces-config",
                         "tftp-port",
                         "http-port",
                         "https-port",
                         "tvs-port",
                         "transfer-ports",
                         "threads",
                         "tftp",
                         "files",
                         "cache",
                         "remote-clusters",
                         "discovery",
                         "prewarm",
                         "security-mode",
                         "signature-algorithm",
                         "trust",
                         "common-files",
                         "common-from-home",
                         "device-binding",
                         "device-binding-allow",
                         "prefetch",
                         "phone-history",
                         "admin-listener",
                         "limits",
                         "control-socket",
                         "event-socket",
                         "loggers"});
    result.config = ConfigReader(map, machine, result.warnings).read();
    return result;
}

}  // namespace

ReadConfig read_config_file(const std::string& path, const Machine& machine) {
    return read(read_json_file(path), machine);
}

ReadConfig read_config_document(const ConstElementPtr& document, const Machine& machine) {
    const auto copy = copy_json(*document);
    try {
        return read(copy, machine);
    } catch (const ConfigError& error) {
        // Programs write commands on one line: the column alone is a riddle.
        const bool of_command = error.position().file == command_name;
        const auto pointer = of_command ? pointer_to(*copy, error.position()) : std::string();
        if (pointer.empty()) {
            throw;
        }
        const auto place_size = ConfigError::place(error.position()).size();
        throw ConfigError(error.position(), pointer + ": " + (error.what() + place_size));
    }
}

}  // namespace branchline
