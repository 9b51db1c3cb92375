// Finds a cluster's TFTP servers in the DNS: SRV records of _tftp._udp.FQDN (RFC 2782) if there are any, else the addresses of
// FQDN itself.
//
//   SRV _tftp._udp.FQDN --records--> A and AAAA of each target, best priority first
//          `--none, or failed-----> A and AAAA of FQDN
//
// The order is the same for the same records, however the DNS server shuffles them: by priority, weight, name; IPv4 before
// IPv6; addresses by number. Neither /etc/hosts nor search domains are used: what is looked up is the name that was written.
#pragma once

#include "tftpd/config/config.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace branchline {

struct DnsResult {
    std::vector<RemoteServer> servers;  ///< in the order to ask them; not more than DnsLookup::max_servers
    std::chrono::seconds lifetime{};    ///< the shortest of the records' TTLs
    std::string error;                  ///< why there are none, or why some may be missing; empty = all is well
};

/// Looks up `fqdn`; `done` is called once, later, on the io_context's thread. Destroying what it returned cancels silently.
class DnsLookup {
public:
    static constexpr std::size_t max_targets = 8;               ///< SRV records that are followed
    static constexpr std::size_t max_servers = 16;              ///< in a result
    static constexpr std::chrono::milliseconds patience{2000};  ///< with one DNS server, per try
    static constexpr int tries = 2;

    virtual ~DnsLookup() = default;
    virtual void start(const std::string& fqdn, std::function<void(DnsResult)> done) = 0;
    /// Other DNS servers from now on; empty = the machine's own.
    virtual void use(const std::vector<DnsServer>& servers) = 0;
};

/// By c-ares, which asks from a thread of its own. To be made on a thread that has all signals blocked. nullptr and `error` if
/// c-ares cannot be set up.
std::unique_ptr<DnsLookup> make_dns_lookup(boost::asio::io_context& io, const std::vector<DnsServer>& servers,
                                           std::string& error);

}  // namespace branchline
