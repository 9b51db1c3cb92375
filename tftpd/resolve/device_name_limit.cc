#include "tftpd/resolve/device_name_limit.h"

#include <algorithm>
#include <charconv>
#include <functional>

namespace branchline {
namespace {

constexpr int hexadecimal = 16;

std::uint64_t number_of(std::string_view device) {
    std::uint64_t number = 0;
    std::from_chars(device.data(), device.data() + device.size(), number, hexadecimal);
    return number;
}

}  // namespace

DeviceNameLimit::Verdict DeviceNameLimit::ask(const IpAddress& client, std::string_view device, unsigned most, TimePoint now) {
    auto& shard = shards_[std::hash<IpAddress>{}(client) % shards];
    const std::scoped_lock lock(shard.mutex);
    auto* known = shard.clients.find(client);
    if (known == nullptr) {
        shard.clients.put(client, Client());
        known = shard.clients.find(client);
    }
    auto& devices = known->devices;
    std::erase_if(devices, [now](const Asked& one) { return now - one.last >= window; });
    const auto number = number_of(device);
    const auto before = std::find_if(devices.begin(), devices.end(), [&](const Asked& one) { return one.device == number; });
    if (before != devices.end()) {
        before->last = now;
        return Verdict::taken;
    }
    if (devices.size() < most) {
        devices.push_back({number, now});
        return Verdict::taken;
    }
    const bool first = !known->refused || now - *known->refused >= window;
    known->refused = now;
    return first ? Verdict::refused_first : Verdict::refused;
}

}  // namespace branchline
