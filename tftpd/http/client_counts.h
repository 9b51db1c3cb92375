// Who holds how many connections: so many in all, so many per client. A client is an IPv4 address or an IPv6 /64, because one
// host can have all addresses of its /64. Pure bookkeeping for one thread.
#pragma once

#include "tftpd/config/config.h"

#include <cstddef>
#include <map>

namespace branchline {

/// The address that stands for a client: an IPv4 address itself, an IPv6 address without its last half.
IpAddress client_of(const IpAddress& address);

class ClientCounts {
public:
    enum class Verdict { taken, too_many_in_all, too_many_of_client };

    /// Counts one more connection of `address`, unless a limit forbids it.
    [[nodiscard]] Verdict enter(const IpAddress& address, std::size_t limit_in_all, std::size_t limit_of_client);
    /// One connection of `address` that was taken has ended.
    void leave(const IpAddress& address);

    [[nodiscard]] std::size_t in_all() const { return in_all_; }

private:
    std::map<IpAddress, std::size_t> counts_;
    std::size_t in_all_ = 0;
};

}  // namespace branchline
