#include "tftpd/server/admission.h"

#include <cassert>

namespace branchline {

Admission::Verdict Admission::admit(const ClientKey& client) {
    auto& shard = shard_of(client);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.open.find(client);
    if ((found == shard.open.end() ? 0 : found->second) >= max_per_client_.load(std::memory_order_relaxed)) {
        return Verdict::client_limit;
    }
    // Added first and taken back: two threads that look at once must not both find the last place free.
    if (total_.fetch_add(1, std::memory_order_relaxed) >= max_total_.load(std::memory_order_relaxed)) {
        total_.fetch_sub(1, std::memory_order_relaxed);
        return Verdict::total_limit;
    }
    ++shard.open[client];
    return Verdict::admitted;
}

void Admission::release(const ClientKey& client) {
    auto& shard = shard_of(client);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.open.find(client);
    assert(found != shard.open.end() && found->second > 0);
    if (--found->second == 0) {
        shard.open.erase(found);
    }
    total_.fetch_sub(1, std::memory_order_relaxed);
}

void Admission::set_limits(const Limits& limits) {
    max_total_.store(limits.transfers, std::memory_order_relaxed);
    max_per_client_.store(limits.transfers_per_client, std::memory_order_relaxed);
}

std::size_t Admission::clients() const {
    std::size_t count = 0;
    for (const auto& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        count += shard.open.size();
    }
    return count;
}

}  // namespace branchline
