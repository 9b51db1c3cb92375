#include "tftpd/resolve/device_name_limit.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

namespace branchline {
namespace {

constexpr int hexadecimal = 16;
constexpr std::size_t client_size = 256;  // bytes, about, besides its devices
constexpr unsigned v4_bits = 32;
constexpr unsigned v6_bits = 128;
constexpr unsigned network_bits = 64;

std::uint64_t number_of(std::string_view device) {
    std::uint64_t number = 0;
    std::from_chars(device.data(), device.data() + device.size(), number, hexadecimal);
    return number;
}

}  // namespace

DeviceNameLimit::Ruling DeviceNameLimit::ask(const IpAddress& address, std::string_view device, bool own, unsigned most,
                                             TimePoint now) {
    const auto plain = unmapped(address);
    const auto number = number_of(device);
    auto ruling = plain.is_v4() ? count(&Shard::v4, {plain, v4_bits}, number, most, now)
                                : count(&Shard::v6, {plain, v6_bits}, number, most, now);
    if (ruling.refused || plain.is_v4() || own) {
        return ruling;
    }
    // Only what the address may have: one host alone does not use up what is there for all.
    const auto together = std::max(most, std::min(most * addresses_of_network, most_of_network));
    return count(&Shard::networks, AddressPrefix::of(plain, network_bits), number, together, now);
}

DeviceNameLimit::Ruling DeviceNameLimit::count(Clients Shard::* table, const AddressPrefix& client, std::uint64_t device,
                                               unsigned most, TimePoint now) {
    auto& shard = shards_[std::hash<IpAddress>{}(client.network) % shards];
    const std::scoped_lock lock(shard.mutex);
    auto& clients = shard.*table;
    auto* known = clients.find(client.network);
    auto state = known == nullptr ? Client() : std::move(*known);
    std::erase_if(state.devices, [now](const Asked& one) { return now - one.last >= window; });
    const auto before =
        std::find_if(state.devices.begin(), state.devices.end(), [&](const Asked& one) { return one.device == device; });
    Ruling ruling{.client = client, .most = most};
    if (before != state.devices.end()) {
        before->last = now;
    } else if (state.devices.size() < most) {
        state.devices.push_back({device, now});
    } else {
        ruling.refused = true;
        ruling.begins = !state.refused || now - *state.refused >= window;
        state.refused = now;
        state.told = state.told && !ruling.begins;
        if (!state.told) {
            const std::scoped_lock lines_lock(lines_mutex_);
            ruling.tell = state.told = lines_.take(1, now);
        }
    }
    const auto weight = client_size + state.devices.size() * sizeof(Asked);
    clients.put(client.network, std::move(state), weight);
    return ruling;
}

}  // namespace branchline
