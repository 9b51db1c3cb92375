#include "support.h"

#include "tftpd/config/json_text.h"

#include <algorithm>
#include <random>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace config_test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

ReadConfig read(const std::string& tftpd) {
    return read_config_document(read_json_text("{\"Tftpd\": {\n" + tftpd + "}}", "t"), machine());
}
std::string refusal(const std::string& tftpd) {
    return error_of([&] { read(tftpd); });
}

// A number key: both ends of its range are taken, one beyond is not. `before` and `after` are what stands around it.
void check_range(const std::string& before, long long least, long long most, const std::string& after = "") {
    const auto at = [&](long long value) { return refusal(before + std::to_string(value) + after); };
    STRCMP_EQUAL("", at(least).c_str());
    STRCMP_EQUAL("", at(most).c_str());
    const std::string range = "from " + std::to_string(least) + " to " + std::to_string(most);
    CHECK_TEXT(has(at(least - 1), range), (before + " " + at(least - 1)).c_str());
    CHECK_TEXT(has(at(most + 1), range), (before + " " + at(most + 1)).c_str());
}

// What may come out of any text: a configuration, or an error whose place is in the text.
void check_outcome(const std::string& text, unsigned seed) {
    try {
        const auto result = read_config_document(read_json_text(text, "t"), machine());
        CHECK(result.config != nullptr);
    } catch (const ConfigError& error) {
        const Position& at = error.position();
        const std::string message = "seed " + std::to_string(seed) + ": " + error.what();
        const auto lines = static_cast<unsigned>(std::count(text.begin(), text.end(), '\n')) + 1;
        CHECK_TEXT(at.line >= 1 && at.line <= lines, message.c_str());
        std::size_t start = 0;
        for (unsigned line = 1; line < at.line; ++line) {
            start = text.find('\n', start) + 1;
        }
        const std::size_t length = std::min(text.find('\n', start), text.size()) - start;
        CHECK_TEXT(at.column >= 1 && at.column <= length + 1, message.c_str());
        // An include that came about by chance is refused where it stands, or inside the file that it names.
        CHECK_TEXT(at.file == "t" || text.find("<?include") != std::string::npos, message.c_str());
    }
}

}  // namespace

TEST_GROUP(ConfigReader){};

TEST(ConfigReader, AnEmptyMapMeansTheDefaults) {
    const auto result = read("");
    const Config& config = *result.config;
    CHECK_EQUAL(1u, config.interfaces.size());
    STRCMP_EQUAL("*", config.interfaces[0].c_str());
    CHECK_EQUAL(69, config.tftp_port);
    CHECK_EQUAL(6970, config.http_port);
    CHECK(config.https_ports.empty());
    CHECK_EQUAL(0u, config.threads);
    STRCMP_EQUAL("/var/lib/branchline/trust", config.trust.path.c_str());
    CHECK_EQUAL(2048u, config.trust.key_bits);
    CHECK(config.signature_algorithm == SignatureAlgorithm::sha1);
    CHECK(config.cache.max_size == 4096ull << 20);
    CHECK(config.cache.config_lifetime == seconds(15));
    CHECK(config.tftp.min_resend == milliseconds(100));
    CHECK_EQUAL(24, config.tftp.dscp);
    STRCMP_EQUAL("", config.control_socket.c_str());
    STRCMP_EQUAL("/run/kea/branchline-events.sock", config.event_socket.c_str());
    CHECK_EQUAL(0u, result.warnings.size());
}

TEST(ConfigReader, TheShippedExampleIsTheDefaultsAndTwoClusters) {
    const std::string path = example_path();
    CHECK_TEXT(!path.empty(), "docs/examples/branchline-tftpd.conf was not found above the test program");
    const auto example = read_config_file(path, machine());
    const Config& config = *example.config;
    const Config defaults = *read("").config;
    CHECK_EQUAL(0u, example.warnings.size());
    CHECK_EQUAL(2u, config.clusters.size());
    CHECK_EQUAL(2u, config.clusters[0].servers.size());
    CHECK(config.clusters[1].transport == Transport::tftp);
    CHECK(config.interfaces == defaults.interfaces);
    CHECK_EQUAL(defaults.tftp_port, config.tftp_port);
    CHECK_EQUAL(defaults.http_port, config.http_port);
    CHECK(config.https_ports.empty());
    CHECK_EQUAL(defaults.transfer_ports.last, config.transfer_ports.last);
    CHECK(config.tftp.min_resend == defaults.tftp.min_resend);
    CHECK_EQUAL(defaults.tftp.max_resends, config.tftp.max_resends);
    CHECK_EQUAL(defaults.tftp.max_block_size, config.tftp.max_block_size);
    CHECK_EQUAL(defaults.tftp.dscp, config.tftp.dscp);
    CHECK_EQUAL(defaults.threads, config.threads);
    CHECK(config.files == defaults.files);
    CHECK(config.cache.path == defaults.cache.path);
    CHECK(config.cache.max_size == defaults.cache.max_size);
    CHECK(config.cache.valid_lifetime == defaults.cache.valid_lifetime);
    CHECK(config.cache.config_lifetime == defaults.cache.config_lifetime);
    CHECK(config.cache.negative_lifetime == defaults.cache.negative_lifetime);
    CHECK(config.cache.serve_stale == defaults.cache.serve_stale);
    CHECK(config.signature_algorithm == defaults.signature_algorithm);
    CHECK(config.trust == defaults.trust);
    CHECK(config.device_binding == DeviceBinding::log);
    CHECK(config.prefetch);
    CHECK(config.security_mode == SecurityMode::nonsecure);
    CHECK_FALSE(config.common_from_home);
    CHECK(config.phone_history == defaults.phone_history);
    CHECK(config.admin_listener.address == defaults.admin_listener.address);
    CHECK_EQUAL(defaults.admin_listener.port, config.admin_listener.port);
    CHECK_EQUAL(defaults.limits.transfers, config.limits.transfers);
    CHECK_EQUAL(defaults.limits.transfers_per_client, config.limits.transfers_per_client);
    CHECK_EQUAL(defaults.limits.device_names_per_client, config.limits.device_names_per_client);
    CHECK_EQUAL(4096ull << 20, config.limits.files_max_size);
    STRCMP_EQUAL("/run/kea/branchline-tftpd.sock", config.control_socket.c_str());
    STRCMP_EQUAL(defaults.event_socket.c_str(), config.event_socket.c_str());
}

TEST(ConfigReader, EveryValueArrives) {
    const Config config = *read(R"("interfaces-config": {"interfaces": ["eth1", "192.0.2.5", "2001:db8::5"]}, "tftp-port": 1069,
        "http-port": 0, "transfer-ports": {"first": 5000, "last": 5010}, "threads": 3, "files": "/srv/f",
        "tftp": {"min-resend-ms": 250, "max-resends": 4, "max-block-size": 1428, "dscp": 46},
        "cache": {"path": "/srv/c", "max-size-mb": 2, "valid-lifetime": 60, "config-lifetime": 0, "negative-lifetime": 5, "serve-stale": false},
        "signature-algorithm": "sha512", "trust": {"path": "/srv/t", "key-bits": 4096, "signer-socket": "/run/s.sock"},
        "common-files": ["*.xml"], "device-binding": "enforce", "device-binding-allow": ["192.0.2.7"], "prefetch": false,
        "security-mode": "mixed", "common-from-home": true,
        "phone-history": {"days": 7, "max-size-mb": 8, "write-interval": 60}, "admin-listener": {"address": "::1", "port": 0},
        "limits": {"transfers": 10, "transfers-per-client": 2, "device-names-per-client": 1},
        "control-socket": {"socket-type": "unix", "socket-name": "c.sock"}, "event-socket": "e.sock")")
                               .config;
    CHECK(config.interfaces == (std::vector<std::string>{"eth1", "192.0.2.5", "2001:db8::5"}));
    CHECK_EQUAL(1069, config.tftp_port);
    CHECK_EQUAL(0, config.http_port);
    CHECK_EQUAL(5000, config.transfer_ports.first);
    CHECK_EQUAL(5010, config.transfer_ports.last);
    CHECK_EQUAL(3u, config.threads);
    STRCMP_EQUAL("/srv/f", config.files.c_str());
    CHECK(config.tftp.min_resend == milliseconds(250));
    CHECK_EQUAL(4u, config.tftp.max_resends);
    CHECK_EQUAL(1428, config.tftp.max_block_size);
    CHECK_EQUAL(46, config.tftp.dscp);
    STRCMP_EQUAL("/srv/c", config.cache.path.c_str());
    CHECK(config.cache.max_size == 2u << 20);
    CHECK(config.cache.valid_lifetime == seconds(60));
    CHECK(config.cache.config_lifetime == seconds(0));
    CHECK(config.cache.negative_lifetime == seconds(5));
    CHECK_FALSE(config.cache.serve_stale);
    CHECK(config.signature_algorithm == SignatureAlgorithm::sha512);
    STRCMP_EQUAL("/srv/t", config.trust.path.c_str());
    CHECK_EQUAL(4096u, config.trust.key_bits);
    STRCMP_EQUAL("/run/s.sock", config.trust.signer_socket.c_str());
    CHECK(config.common_files == std::vector<std::string>{"*.xml"});
    CHECK(config.device_binding == DeviceBinding::enforce);
    CHECK_EQUAL(1u, config.binding_allowed.prefixes.size());
    CHECK_FALSE(config.prefetch);
    CHECK(config.security_mode == SecurityMode::mixed);
    CHECK(config.common_from_home);
    CHECK(config.phone_history.lifetime == std::chrono::days(7));
    CHECK_EQUAL(8u << 20, config.phone_history.max_size);
    CHECK(config.phone_history.write_interval == seconds(60));
    STRCMP_EQUAL("::1", config.admin_listener.address.to_string().c_str());
    CHECK_EQUAL(0, config.admin_listener.port);
    CHECK_EQUAL(10u, config.limits.transfers);
    CHECK_EQUAL(2u, config.limits.transfers_per_client);
    CHECK_EQUAL(1u, config.limits.device_names_per_client);
    STRCMP_EQUAL("/run/kea/c.sock", config.control_socket.c_str());
    STRCMP_EQUAL("/run/kea/e.sock", config.event_socket.c_str());
}

TEST(ConfigReader, NumbersHaveTheRangesOfTheManual) {
    check_range("\"tftp-port\": ", 1, 65535);
    check_range("\"tvs-port\": ", 0, 65535);
    check_range("\"http-port\": ", 0, 65535, ", \"admin-listener\": {\"port\": 0}");
    check_range("\"threads\": ", 0, 64);
    check_range("\"tftp\": {\"min-resend-ms\": ", 10, 5000, "}");
    check_range("\"tftp\": {\"max-resends\": ", 1, 20, "}");
    check_range("\"tftp\": {\"max-block-size\": ", 512, 65464, "}");
    check_range("\"tftp\": {\"dscp\": ", 0, 63, "}");
    check_range("\"cache\": {\"max-size-mb\": ", 1, 1048576, "}");
    check_range("\"phone-history\": {\"days\": ", 0, 365, "}");
    check_range("\"phone-history\": {\"max-size-mb\": ", 1, 4096, "}");
    check_range("\"phone-history\": {\"write-interval\": ", 1, 86400, "}");
    check_range("\"cache\": {\"valid-lifetime\": ", 1, 604800, "}");
    check_range("\"cache\": {\"config-lifetime\": ", 0, 86400, "}");
    check_range("\"cache\": {\"negative-lifetime\": ", 1, 3600, "}");
    check_range("\"admin-listener\": {\"port\": ", 0, 65535, "}");
    check_range("\"limits\": {\"transfers\": ", 1, 65536, "}");
    check_range("\"limits\": {\"transfers-per-client\": ", 1, 65536, "}");
    check_range("\"limits\": {\"device-names-per-client\": ", 1, 65536, "}");
    check_range("\"limits\": {\"files-max-size-mb\": ", 1, 1u << 20, "}");
}

TEST(ConfigReader, UnknownKeysAreRefusedAtEveryLevel) {
    STRCMP_EQUAL("t:2:14: \"tftp-prot\" is not a key of \"Tftpd\". Did you mean \"tftp-port\"?",
                 refusal("\"tftp-prot\": 69").c_str());
    for (const char* map :
         {"cache", "limits", "trust", "tftp", "transfer-ports", "interfaces-config", "admin-listener", "control-socket"}) {
        CHECK_TEXT(has(refusal(std::string("\"") + map + "\": {\"foo\": 1}"), std::string("\"foo\" is not a key of \"") + map),
                   map);
        CHECK_TEXT(has(refusal(std::string("\"") + map + "\": 1"), "it must be a map"), map);
    }
    CHECK(has(refusal("\"remote-clusters\": [{\"id\": 1}]"), "\"id\" is not a key of \"remote-clusters\""));
}

TEST(ConfigReader, TheDocumentHasTheOneKeyTftpd) {
    const auto said = [](const char* text) {
        return error_of([&] { read_config_document(read_json_text(text, "t"), machine()); });
    };
    CHECK(begins(said("{}"), "t:1:1: \"Tftpd\" is missing"));
    CHECK(begins(said("{\"Tftpd\": [] }"), "t:1:11: \"Tftpd\" is a list; it must be a map"));
    CHECK(has(said("{\"Dhcp4\": {} }"), "one of Kea's own daemons"));
    CHECK(begins(said("{\"Tftpd\": {}, \"Logging\": 1}"), "t:1:26: \"Logging\" is there"));
    CHECK(has(error_of([] { read_config_document(isc::data::Element::fromJSON("[]"), machine()); }), "it must be a map"));
}

TEST(ConfigReader, ADocumentOverTheSocketIsLeftAlone) {
    const auto document = isc::data::Element::fromJSON("{\"Tftpd\": {\"tftp-port\": 1069}}");
    const auto result = read_config_document(document, machine());
    CHECK(result.document != document);
    CHECK(result.document->equals(*document));
    CHECK_EQUAL(1069, result.config->tftp_port);
}

TEST(ConfigReader, AMistakeInACommandIsShownByPlaceAndPointer) {
    const std::string text("{\"Tftpd\": {\"limits\": {\"transfers\": 0}}}");
    const auto document = isc::data::Element::fromWire(text);
    CHECK(begins(error_of([&] { read_config_document(document, machine()); }),
                 "command:1:36: /Tftpd/limits/transfers: \"transfers\" is the number 0"));
}

TEST(ConfigReader, InterfacesAreStarsNamesOrAddresses) {
    const auto interfaces = [](const std::string& list) {
        return refusal("\"interfaces-config\": {\"interfaces\": [" + list + "]}");
    };
    STRCMP_EQUAL("", interfaces("\"a23456789012345\"").c_str());
    CHECK(has(interfaces("\"a234567890123456\""), "is neither an interface's name nor an address"));
    for (const char* bad : {"\"a b\"", "\"a/b\"", "\"..\"", "\"eth0:1\"", "\"192.0.2.1/24\""}) {
        CHECK_TEXT(has(interfaces(bad), "is neither"), bad);
    }
    CHECK(has(interfaces(""), "has 0 entries"));
    CHECK(has(interfaces("\"eth0\",\"eth0\""), "is there twice"));
    CHECK(has(interfaces("1"), "it must be a string"));
    CHECK_EQUAL(1u, read("\"interfaces-config\": {\"interfaces\": [\"*\", \"eth0\"]}").warnings.size());
}

TEST(ConfigReader, TransferPortsAreARangeOffTheTftpPortOrThatPortAlone) {
    const auto ports = [](int first, int last) {
        return refusal("\"tftp-port\": 1069, \"transfer-ports\": {\"first\": " + std::to_string(first) +
                       ", \"last\": " + std::to_string(last) + "}");
    };
    for (const auto& [first, last] : {std::pair{0, 0}, {1, 1}, {1, 1068}, {1070, 65535}, {1069, 1069}}) {
        STRCMP_EQUAL("", ports(first, last).c_str());
    }
    for (const auto& [first, last] : {std::pair{0, 5}, {5, 0}, {6, 5}}) {
        CHECK(has(ports(first, last), "both must be 0"));
    }
    for (const auto& [first, last] : {std::pair{1, 1069}, {1069, 1070}, {1, 65535}}) {
        CHECK(has(ports(first, last), "hold the tftp-port 1069"));
    }
    CHECK(has(refusal("\"transfer-ports\": {\"first\": 7}"), "has no \"last\""));
    CHECK(has(ports(65536, 65536), "from 0 to 65535"));
}

TEST(ConfigReader, FilesAndCacheAreApart) {
    const auto paths = [](const std::string& files, const std::string& cache) {
        return refusal("\"files\": \"" + files + "\", \"cache\": {\"path\": \"" + cache + "\"}");
    };
    STRCMP_EQUAL("", paths("/srv/a", "/srv/ab").c_str());
    for (const auto& [files, cache] :
         {std::pair{"/srv", "/srv"}, {"/srv", "/srv/cache"}, {"/srv/c/files", "/srv/c/"}, {"/", "/srv"}}) {
        CHECK_TEXT(has(paths(files, cache), "are one within the other"), files);
    }
    CHECK(has(refusal("\"files\": \"/var/lib/branchline\""), "t:2:10: \"files\""));
}

TEST(ConfigReader, SocketsAreInKeasDirectory) {
    const auto socket = [](const std::string& name) {
        return refusal("\"control-socket\": {\"socket-type\": \"unix\", \"socket-name\": \"" + name + "\"}");
    };
    for (const char* good : {"x", "/run/kea/x", "/run//kea/x", "..x"}) {
        STRCMP_EQUAL("", socket(good).c_str());
    }
    for (const char* bad :
         {"/tmp/x", "sub/x", "../x", "/run/kea/../x", "/run/kea/", "/run/kea", ".", "..", "/run/kea/..", "x/", "x/."}) {
        CHECK_TEXT(has(socket(bad), "sockets must be in /run/kea"), (std::string(bad) + socket(bad)).c_str());
    }
    STRCMP_EQUAL("", socket(std::string(98, 'x')).c_str());
    CHECK(has(socket(std::string(99, 'x')), "of 108 bytes"));
    CHECK(has(refusal("\"event-socket\": \"/tmp/x\""), "t:2:17: \"event-socket\" is \"/tmp/x\"; sockets must be in /run/kea"));
    CHECK(has(socket("branchline-events.sock"), "each needs its own"));
    CHECK(has(refusal("\"control-socket\": {\"socket-type\": \"http\", \"socket-name\": \"x\"}"), "it must be \"unix\""));
    CHECK(has(refusal("\"control-socket\": {\"socket-name\": \"x\"}"), "has no \"socket-type\""));
    CHECK(has(refusal("\"control-socket\": {\"socket-type\": \"unix\"}"), "has no \"socket-name\""));
    const Machine elsewhere{.addresses = {}, .socket_directory = "/tmp/s/"};
    const auto result = read_config_document(
        read_json_text("{\"Tftpd\": {\"control-socket\": {\"socket-type\": \"unix\", \"socket-name\": \"x\"}}}", "t"),
        elsewhere);
    STRCMP_EQUAL("/tmp/s/x", result.config->control_socket.c_str());
    STRCMP_EQUAL("/tmp/s/branchline-events.sock", result.config->event_socket.c_str());
}

TEST(ConfigReader, TheAdminListenerIsAnAddressAndAPortOfItsOwn) {
    CHECK(has(refusal("\"admin-listener\": {\"port\": 6970}"), "is the http-port too"));
    CHECK(has(refusal("\"https-port\": 6970"), "the https-port 6970 is the http-port too"));
    CHECK(has(refusal("\"https-port\": [6971, 6972], \"admin-listener\": {\"port\": 6972}"), "is the https-port too"));
    STRCMP_EQUAL("", refusal("\"https-port\": [6971, 6972]").c_str());
    CHECK(has(refusal("\"tvs-port\": 6970"), "the tvs-port 6970 is a port for files too"));
    CHECK(has(refusal("\"tvs-port\": 6971, \"https-port\": 6971"), "the tvs-port 6971 is a port for files too"));
    STRCMP_EQUAL("", refusal("\"tvs-port\": 2445").c_str());
    CHECK(has(refusal("\"admin-listener\": {\"address\": \"localhost\"}"), "must be an IPv4 or IPv6 address"));
    CHECK(has(refusal("\"admin-listener\": {\"address\": \"ff02::1\"}"), "must be an IPv4 or IPv6 address"));
}

TEST(ConfigReader, ClustersAndLoggersAreChecked) {
    CHECK(has(refusal("\"remote-clusters\": [{\"cluster-id\": \"a\", \"tftp-servers\": [\"127.0.0.1\"]}]"), "own listener"));
    STRCMP_EQUAL("", refusal("\"tftp-port\": 1069, \"http-port\": 0, \"remote-clusters\": [{\"cluster-id\": \"a\", "
                             "\"tftp-servers\": [\"127.0.0.1\"]}]")
                         .c_str());
    CHECK(has(refusal("\"loggers\": [{}]"), "has no \"name\""));
    CHECK(has(refusal("\"common-files\": [\"\"]"), "0 characters"));
}

TEST(ConfigReader, FiveThousandMutationsOfTheExampleGiveAConfigurationOrAnErrorInPlace) {
    const std::string example = branchline::test::text_of_file(example_path());
    CHECK(!example.empty());
    const std::string spice = "{}[]\",:#/*<?\\\n\t 0123456789-.e\x01\x80\xc3\xff";
    std::size_t accepted = 0;
    for (unsigned seed = 0; seed < 5000; ++seed) {
        std::mt19937 random(seed);
        const auto below = [&](std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random); };
        std::string text = example;
        for (std::size_t changes = 1 + below(4); changes > 0 && !text.empty(); --changes) {
            const std::size_t at = below(text.size());
            switch (below(6)) {
                case 0:
                    text[at] = spice[below(spice.size())];
                    break;
                case 1:
                    text.insert(at, 1, spice[below(spice.size())]);
                    break;
                case 2:
                    text.erase(at, 1 + below(20));
                    break;
                case 3:
                    text.insert(at, text.substr(below(text.size()), below(200)));
                    break;
                case 4:
                    text.resize(at);
                    break;
                default:
                    text[at] = static_cast<char>(below(256));
                    break;
            }
        }
        check_outcome(text, seed);
        accepted += error_of([&] { read_config_document(read_json_text(text, "t"), machine()); }).empty() ? 1 : 0;
    }
    // Comments and defaults leave room for harmless changes: both outcomes must have been seen often.
    CHECK(accepted > 500 && accepted < 4500);
}

TEST(ConfigReader, AKeyForPhonesHasASizeThatTheirHeaderCanSay) {
    for (const char* bits : {"1024", "2048", "4096"}) {
        STRCMP_EQUAL("", refusal(std::string("\"trust\": {\"key-bits\": ") + bits + "}").c_str());
    }
    for (const char* bits : {"512", "3072", "2047"}) {
        CHECK(has(refusal(std::string("\"trust\": {\"key-bits\": ") + bits + "}"), "codes for RSA 1024, 2048 and 4096 only"));
    }
}

TEST(ConfigReader, KeysAreNotWherePhonesRead) {
    CHECK(has(refusal("\"files\": \"/var/lib/branchline/trust/own\""), "phones could then ask for keys"));
    CHECK(has(refusal("\"trust\": {\"path\": \"/var/lib/branchline\"}"), "phones could then ask for keys"));
    STRCMP_EQUAL("", refusal("\"files\": \"/srv\", \"trust\": {\"path\": \"/srv2/trust\"}").c_str());
}
