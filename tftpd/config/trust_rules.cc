#include "tftpd/config/trust_rules.h"

#include "tftpd/config/json_text.h"

#include <algorithm>

namespace branchline {
namespace {

using isc::data::Element;

constexpr const char* default_path = "/var/lib/branchline/trust";
constexpr std::uint16_t default_https_port = 6971;
constexpr std::size_t maximum_https_ports = 2;         // 6971, and 6972 beside it
constexpr std::size_t maximum_https_certificates = 2;  // one EC, one RSA

void keep_apart(const std::filesystem::path& path, const std::vector<std::filesystem::path>& served, const Position& place) {
    for (const auto& other : served) {
        if (within(path, other) || within(other, path)) {
            throw ConfigError(place, "the trust \"path\" (" + path.string() + ") and " + other.string() +
                                         " are one within the other; phones could then ask for keys. Name two directories "
                                         "apart.");
        }
    }
}

}  // namespace

bool within(const std::filesystem::path& inner, const std::filesystem::path& outer) {
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

TrustSettings read_trust(const isc::data::ConstElementPtr& element, const Position& place,
                         const std::vector<std::filesystem::path>& served) {
    TrustSettings trust;
    trust.path = default_path;
    if (!element) {
        keep_apart(trust.path, served, place);
        return trust;
    }
    const MapReader map(element, "trust", {"path", "https", "key-bits", "signer-socket"});
    trust.path = map.path("path", trust.path.string());
    keep_apart(trust.path, served, map.has("path") ? map.place("path") : place);
    trust.signer_socket = map.path("signer-socket", trust.signer_socket.string());
    trust.key_bits = map.number<unsigned>("key-bits", trust.key_bits, 512, 16384, "bits");
    if (trust.key_bits != 1024 && trust.key_bits != 2048 && trust.key_bits != 4096) {
        map.fail("key-bits",
                 "\"key-bits\" is " + std::to_string(trust.key_bits) +
                     "; the header of a signed file has codes for RSA 1024, 2048 and 4096 only, and many phones take at "
                     "most 2048. Write 2048, or remove it.");
    }
    for (const auto& one : map.list("https", 1, maximum_https_certificates)) {
        const MapReader files(one, "an entry of \"https\"", {"certificate", "key"});
        const std::string example = R"("certificate": "/etc/branchline/https.pem", "key": "/etc/branchline/https.key")";
        files.require("certificate", example);
        files.require("key", example);
        trust.https.push_back({files.path("certificate", ""), files.path("key", "")});
        for (const auto& other : served) {
            if (within(trust.https.back().key, other)) {
                files.fail("key", "the key " + trust.https.back().key.string() + " is below " + other.string() +
                                      ", whose files phones can get. Put it elsewhere.");
            }
        }
    }
    return trust;
}

std::vector<std::uint16_t> read_https_ports(const MapReader& map) {
    const auto value = map.get("https-port");
    std::vector<std::uint16_t> ports;
    if (!value) {
        const auto trust = map.get("trust");
        const bool has_certificate = trust && trust->getType() == Element::map && trust->contains("https");
        return has_certificate ? std::vector{default_https_port} : ports;
    }
    if (value->getType() == Element::list) {
        for (const auto& one : map.list("https-port", 0, maximum_https_ports)) {
            if (one->getType() != Element::integer || one->intValue() < 1 || one->intValue() > 65535) {
                throw ConfigError(position_of(*one),
                                  "a port of \"https-port\" must be a number from 1 to 65535. Write [ 6971, 6972 ].");
            }
            ports.push_back(static_cast<std::uint16_t>(one->intValue()));
        }
        if (ports.size() == 2 && ports[0] == ports[1]) {
            map.fail("https-port", "\"https-port\" has the same port twice. Remove one.");
        }
    } else if (const auto port = map.number<std::uint16_t>("https-port", 0, 0, 65535, "(0 = off), or a list of two");
               port != 0) {
        ports.push_back(port);
    }
    return ports;
}

}  // namespace branchline
