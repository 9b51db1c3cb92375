#include "kea-hooks/server_choice.h"

#include <algorithm>

namespace branchline::hook {
namespace {

// FNV-1a, then the finaliser of MurmurHash3 so that neighbouring MACs differ in the high bits too.
std::uint64_t score(ByteView phone, const Address& address) {
    std::uint64_t hash = 0xcbf29ce484222325ull;
    for (const auto part : {phone, address.view()}) {
        for (const std::uint8_t byte : part) {
            hash = (hash ^ byte) * 0x100000001b3ull;
        }
    }
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdull;
    hash ^= hash >> 33;
    hash *= 0xc4ceb9fe1a85ec53ull;
    return hash ^ (hash >> 33);
}

void spread(Choice& choice, ByteView phone) {
    std::array<std::pair<std::uint64_t, Address>, max_servers> scored;
    for (std::size_t i = 0; i < choice.count; ++i) {
        scored[i] = {score(phone, choice.addresses[i]), choice.addresses[i]};
    }
    std::sort(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(choice.count), std::greater<>());
    for (std::size_t i = 0; i < choice.count; ++i) {
        choice.addresses[i] = scored[i].second;
    }
}

void withdraw_dead(Choice& choice, const Surroundings& surroundings) {
    if (!surroundings.table_seen || (surroundings.down.empty() && !surroundings.self_down)) {
        return;
    }
    const auto end = choice.addresses.begin() + static_cast<std::ptrdiff_t>(choice.count);
    const auto dead = [&](const Address& address) { return surroundings.is_down(address); };
    if (std::all_of(choice.addresses.begin(), end, dead)) {
        return;  // The report may be wrong; a phone with no server at all cannot even try.
    }
    const auto alive_end = std::remove_if(choice.addresses.begin(), end, dead);
    choice.withdrawn = alive_end != end;
    choice.count = static_cast<std::size_t>(alive_end - choice.addresses.begin());
}

}  // namespace

void choose_servers(const Setting& setting, Family family, const Asker& asker, const Surroundings& surroundings,
                    Choice& choice) {
    choice.count = 0;
    choice.withdrawn = false;
    choice.why_none = "";
    if (setting.servers == nullptr || setting.servers->of(family).empty()) {
        choice.why_none = "no-servers";
        return;
    }
    for (const auto& entry : setting.servers->of(family)) {
        const auto address = entry.is_auto()
                                 ? surroundings.own_address(asker.interface, family, asker.subnet, asker.packet_address)
                                 : *entry.address;
        const auto known = choice.view();
        if (!address.empty() && std::find(known.begin(), known.end(), address) == known.end()) {
            choice.addresses[choice.count++] = address;
        }
    }
    if (choice.count == 0) {
        choice.why_none = "no-address-on-interface";
        return;
    }
    if (setting.order == Order::spread) {
        spread(choice, asker.phone);
    }
    if (setting.withdraw_dead) {
        withdraw_dead(choice, surroundings);
    }
}

}  // namespace branchline::hook
