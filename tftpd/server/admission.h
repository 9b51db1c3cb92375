// How many transfers may be open at once: in all, and for one client (an IPv4 address or an IPv6 /64). Counted over all
// threads; touched when a transfer begins and ends, never in between. It only counts: who is turned away in silence and who
// makes room is tftp_service's matter.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/server/peer.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace branchline {

class Admission {
public:
    enum class Verdict { admitted, client_limit, total_limit };

    explicit Admission(const Limits& limits) { set_limits(limits); }

    /// Counts one transfer more of `client`, or says which limit it would exceed and counts nothing.
    [[nodiscard]] Verdict admit(const ClientKey& client);

    /// The transfer has ended; once for each one admitted.
    void release(const ClientKey& client);

    /// New limits hold for new transfers; those under way stay.
    void set_limits(const Limits& limits);

    [[nodiscard]] std::size_t transfers() const { return total_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::size_t clients() const;  ///< with at least one transfer

private:
    static constexpr std::size_t shards = 16;
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<ClientKey, unsigned, ClientKeyHash> open;
    };
    [[nodiscard]] Shard& shard_of(const ClientKey& client) { return shards_[ClientKeyHash{}(client) % shards]; }

    std::atomic<std::size_t> total_{0};
    std::atomic<std::size_t> max_total_{0};
    std::atomic<unsigned> max_per_client_{0};
    std::array<Shard, shards> shards_;
};

}  // namespace branchline
