// The daemon's configuration as typed, checked, immutable values. Made by config_reader from the "Tftpd" document; everything
// below app/ is handed a shared_ptr<const Config> and a new one on reload.
#pragma once

#include "tftpd/config/binding_allowed.h"

#include <boost/asio/ip/address.hpp>

#include <bitset>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace branchline {

using IpAddress = boost::asio::ip::address;

/// An IPv4-mapped IPv6 address (::ffff:192.0.2.1, RFC 4291 2.5.5.2) as the IPv4 address that it means; others unchanged.
IpAddress unmapped(const IpAddress& address);

enum class Transport { automatic, http, https, tftp };
enum class SecurityMode { nonsecure, mixed };
enum class SignatureAlgorithm { sha1, sha512 };
enum class DeviceBinding { off, log, enforce };

/// One of a cluster's TFTP servers.
struct RemoteServer {
    IpAddress address;
    std::uint16_t tftp_port = 69;
    std::uint16_t http_port = 6970;
    bool operator==(const RemoteServer&) const = default;
};

/// A configured remote group of up to three TFTP servers, asked in the order given.
struct Cluster {
    std::string id;           ///< "cluster-id": letters, digits, '.' and '-'
    std::string fqdn;         ///< up to 50 characters
    std::string description;  ///< up to 128 characters
    std::vector<RemoteServer> servers;
    Transport transport = Transport::automatic;
    bool secure = false;
    std::uint32_t rate_limit_kbps = 0;  ///< of what is fetched from it: 1000 bit/s, all servers together; 0 = none
    bool operator==(const Cluster&) const = default;
};

struct DnsServer {
    IpAddress address;
    std::uint16_t port = 53;
    bool operator==(const DnsServer&) const = default;
};

/// Clusters whose servers are learned from DNS.
struct Discovery {
    std::vector<Cluster> clusters;         ///< without servers; they rank after those that are configured whole
    std::vector<DnsServer> dns_servers;    ///< empty = the machine's own (resolv.conf)
    std::chrono::seconds min_refresh{60};  ///< between two lookups of a cluster, however short its records live
    std::chrono::seconds max_refresh{3600};
};

/// Files to fetch before phones ask for them, at these times of these days.
struct Prewarm {
    std::vector<std::string> names;
    std::vector<unsigned> minutes;  ///< since midnight, local time
    std::bitset<7> days;            ///< Sunday is 0, as in std::tm
    bool operator==(const Prewarm&) const = default;
};

struct CacheSettings {
    std::filesystem::path path = "/var/lib/branchline/cache";
    std::uint64_t max_size = 4096ull << 20;      ///< bytes ("max-size-mb")
    std::chrono::seconds valid_lifetime{1800};   ///< who owns a name, and static content
    std::chrono::seconds config_lifetime{15};    ///< a device's configuration is fetched afresh after this
    std::chrono::seconds negative_lifetime{30};  ///< "not found anywhere"
    bool serve_stale = true;
};

/// A certificate and its private key, each a PEM file; what follows the first certificate is the chain that is sent with it.
struct KeyFiles {
    std::filesystem::path certificate;
    std::filesystem::path key;
    bool operator==(const KeyFiles&) const = default;
};

/// Signing for phones, whose signatures are believed, and with what this machine shows who it is.
struct TrustSettings {
    std::filesystem::path path;   ///< keys and certificates; empty, as no configuration file has it: nothing is signed
    std::vector<KeyFiles> https;  ///< one for EC and one for RSA; empty = made at first start
    unsigned key_bits = 2048;     ///< of a signing key that has to be made: 1024, 2048 or 4096
    /// Of the signing process; if there is none, the daemon itself opens the key.
    std::filesystem::path signer_socket = "/run/branchline-signer.sock";
    bool operator==(const TrustSettings&) const = default;
};

/// What is kept of the phones' timelines over a restart.
struct PhoneHistory {
    std::chrono::seconds lifetime = std::chrono::days(30);  ///< ("days"); 0 = nothing is kept
    std::uint64_t max_size = 64ull << 20;                   ///< bytes ("max-size-mb")
    std::chrono::seconds write_interval{300};               ///< how much a power cut may cost
    bool operator==(const PhoneHistory&) const = default;
    [[nodiscard]] bool keeps() const { return lifetime > std::chrono::seconds::zero(); }
};

struct Limits {
    unsigned transfers = 4096;
    unsigned transfers_per_client = 64;  ///< per IPv4 address or IPv6 /64
    unsigned device_names_per_client = 8;
    std::uint64_t files_max_size = 4096ull << 20;  ///< bytes, over all own files that commands add ("files-max-size-mb")
};

/// Where transfers' server TIDs come from.
struct TransferPorts {
    std::uint16_t first = 0;  ///< 0, 0 = from the kernel's range; both = tftp-port: single-port mode
    std::uint16_t last = 0;
};

/// Tunables of the protocol that phones see.
struct TftpSettings {
    std::chrono::milliseconds min_resend{100};  ///< floor of the adaptive resend timer (RFC 1123 4.2.3.2)
    unsigned max_resends = 6;                   ///< of one window before a transfer is given up
    std::uint16_t max_block_size = 65464;       ///< bytes; a larger blksize is answered with this (RFC 2348)
    std::uint8_t dscp = 24;                     ///< of every datagram to a phone; 24 = CS3, what CUCM gives TFTP
};

struct AdminListener {
    IpAddress address = boost::asio::ip::make_address("127.0.0.1");
    std::uint16_t port = 6980;  ///< 0 = off
};

struct Config {
    std::vector<std::string> interfaces{"*"};  ///< "*", interface names, or addresses
    std::uint16_t tftp_port = 69;
    std::uint16_t http_port = 6970;          ///< 0 = off
    std::vector<std::uint16_t> https_ports;  ///< at most two, 6971 and 6972; empty = off
    std::uint16_t tvs_port = 0;              ///< 0 = off
    TransferPorts transfer_ports;
    TftpSettings tftp;
    unsigned threads = 0;  ///< 0 = one per core
    std::filesystem::path files = "/var/lib/branchline/files";
    CacheSettings cache;
    TrustSettings trust;
    SignatureAlgorithm signature_algorithm = SignatureAlgorithm::sha1;
    Discovery discovery;
    std::vector<Prewarm> prewarm;
    std::vector<Cluster> clusters;  ///< in the operator's order, which decides who owns a name that several have
    SecurityMode security_mode = SecurityMode::nonsecure;
    bool common_from_home = false;          ///< files that phones share come from each phone's own cluster first
    std::vector<std::string> common_files;  ///< globs (base/glob.h): these have the local copy first all the same
    DeviceBinding device_binding = DeviceBinding::log;
    BindingAllowed binding_allowed;
    bool prefetch = true;  ///< what a phone asked for when it booted last, when it gets a lease
    PhoneHistory phone_history;
    AdminListener admin_listener;
    Limits limits;
    std::string control_socket;  ///< full path; empty = none
    std::string event_socket = "/run/kea/branchline-events.sock";

    /// Is `address` one of the configured servers'? (loop rule) An IPv4-mapped IPv6 address counts as its IPv4 address.
    [[nodiscard]] bool is_remote_server(const IpAddress& address) const;
};

using ConfigPtr = std::shared_ptr<const Config>;

}  // namespace branchline
