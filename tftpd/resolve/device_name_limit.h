// How many different devices' files one address may ask for: a phone asks for its own, while somebody who walks through
// SEP<MAC>.cnf.xml, which carry passwords, asks for hundreds. Counted are devices, not files: a phone's configuration and its
// trust lists are one. A device counts until it was not asked for during a whole window.
//
// It bounds what one address can collect, and no more: who has many addresses gets as many times as much. An IPv6 client is one
// address, not a /64, because a branch's phones share a /64.
//
// May be used by several threads; time is an argument.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/store/lru_map.h"

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

namespace branchline {

class DeviceNameLimit {
public:
    static constexpr std::chrono::minutes window{10};
    static constexpr std::size_t max_clients = 8192;  ///< remembered; who asked longest ago is forgotten

    enum class Verdict {
        taken,
        refused,
        refused_first,  ///< and nothing was refused to this address during a window before: worth a log line
    };

    /// `client` asks for a file of `device`, 12 hexadecimal digits as device_of_key() gives them; it may have `most`.
    [[nodiscard]] Verdict ask(const IpAddress& client, std::string_view device, unsigned most, TimePoint now);

private:
    struct Asked {
        std::uint64_t device;
        TimePoint last;
    };
    struct Client {
        std::vector<Asked> devices;
        std::optional<TimePoint> refused{};
    };
    static constexpr std::size_t shards = 16;
    struct Shard {
        std::mutex mutex;
        LruMap<IpAddress, Client> clients{max_clients / shards};
    };
    std::array<Shard, shards> shards_;
};

}  // namespace branchline
