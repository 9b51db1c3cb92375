#include "kea-hooks/surroundings.h"

#include <algorithm>
#include <tuple>

namespace branchline::hook {
namespace {

auto rank(const InterfaceAddress& it) {
    return std::tuple(it.deprecated, is_link_local(it.address), is_unique_local(it.address), it.secondary, !it.permanent,
                      it.address);
}

}  // namespace

void put_in_order(InterfaceAddresses& addresses) {
    const auto better = [](const InterfaceAddress& a, const InterfaceAddress& b) { return rank(a) < rank(b); };
    std::sort(addresses.v4.begin(), addresses.v4.end(), better);
    std::sort(addresses.v6.begin(), addresses.v6.end(), better);
}

Address Surroundings::own_address(int interface, Family family, const Prefix& subnet, const Address& packet_address) const {
    const auto found = interfaces.find(interface);
    if (found == interfaces.end()) {
        return {};
    }
    const auto& candidates = family == Family::v4 ? found->second.v4 : found->second.v6;
    const InterfaceAddress* best = nullptr;
    int best_score = -1;
    for (const auto& candidate : candidates) {
        int score = 0;
        if (subnet.contains(candidate.address)) {
            score += 8;
        }
        if (!subnet.address.empty() && is_unique_local(subnet.address) == is_unique_local(candidate.address)) {
            score += 4;
        }
        if (!candidate.deprecated) {
            score += 2;
        }
        if (candidate.address == packet_address) {
            score += 1;
        }
        if (score > best_score) {
            best = &candidate;
            best_score = score;
        }
    }
    return best == nullptr ? Address{} : best->address;
}

bool Surroundings::is_own(const Address& address) const {
    for (const auto& [index, addresses] : interfaces) {
        const auto& list = address.family() == Family::v4 ? addresses.v4 : addresses.v6;
        if (std::any_of(list.begin(), list.end(), [&](const InterfaceAddress& own) { return own.address == address; })) {
            return true;
        }
    }
    return false;
}

bool Surroundings::is_down(const Address& address) const {
    if (!table_seen) {
        return false;
    }
    return std::binary_search(down.begin(), down.end(), address) || (self_down && is_own(address));
}

}  // namespace branchline::hook
