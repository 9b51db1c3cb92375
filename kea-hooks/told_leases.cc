#include "kea-hooks/told_leases.h"

#include <algorithm>
#include <limits>

namespace branchline::hook {

void ToldLeases::page(const LeasePage& page) {
    if (page.behind != behind_) {
        return;
    }
    auto known = behind_.empty() ? told_.begin() : told_.upper_bound(behind_);
    const auto end = page.at_end ? told_.end() : told_.upper_bound(page.last);
    for (const auto& fact : page.leases) {
        while (known != end && known->first < fact.address) {
            to_tell_.push_back({known->second, false});
            known = told_.erase(known);
        }
        if (known != end && known->first == fact.address) {
            if (known->second != fact) {
                known->second = fact;
                to_tell_.push_back({fact, true});
            }
            ++known;
        } else if (told_.size() < capacity) {
            told_.emplace_hint(known, fact.address, fact);
            to_tell_.push_back({fact, true});
        }
    }
    while (known != end) {
        to_tell_.push_back({known->second, false});
        known = told_.erase(known);
    }
    behind_ = page.at_end ? Address{} : page.last;
}

const EventRecord* ToldLeases::next(std::int64_t now, std::string_view socket) {
    if (to_tell_.empty()) {
        return nullptr;
    }
    const auto& [fact, held] = to_tell_.front();
    record_.clear();
    record_.kind = held ? api::LeaseEvent::Kind::held : api::LeaseEvent::Kind::gone;
    record_.family = fact.address.family();
    record_.set_mac(fact.mac);
    record_.address = fact.address;
    record_.subnet = fact.subnet;
    // A lease that ends while it waits here is told with its last second: "gone" follows.
    record_.lifetime =
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(fact.ends - now, 1, std::numeric_limits<std::uint32_t>::max()));
    record_.set_socket(socket);
    return &record_;
}

void ToldLeases::forget() {
    told_.clear();
    to_tell_.clear();
    behind_ = {};
}

}  // namespace branchline::hook
