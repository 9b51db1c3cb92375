// How many different devices' files a client may ask for: a phone asks for its own, while somebody who walks through
// SEP<MAC>.cnf.xml, which carry passwords, asks for hundreds. Counted are devices, not files: a phone's configuration and its
// trust lists are one. A device counts until it was not asked for during a whole window.
//
// A client is an address. With IPv6 a host can take any address of its /64, so the /64 is a client, too, with the limit of
// `addresses_of_network` addresses: a branch's phones share it. What a phone asks of its own from an address that is leased to
// it does not count there, so that no sweep gets in the way of phones that have leases.
//
// It bounds what can be collected, and no more: who has many IPv4 addresses gets as many times as much.
//
// May be used by several threads; time is an argument.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/binding_allowed.h"
#include "tftpd/config/config.h"
#include "tftpd/resolve/rate_limit.h"
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
    static constexpr unsigned addresses_of_network = 128;
    static constexpr unsigned most_of_network = 16384;  ///< unless an address alone may have more
    /// Bytes, about, of what is remembered of IPv4 addresses, of IPv6 addresses and of /64s; who asked longest ago is
    /// forgotten. Each has a table of its own: whoever walks through IPv6 addresses makes no room for himself in the others.
    static constexpr std::size_t table_size = 16 << 20;
    static constexpr int line_burst = 20;  ///< sweeps that are told at once
    static constexpr std::chrono::seconds line_every{10};

    struct Ruling {
        bool refused = false;
        bool begins = false;     ///< a sweep: nothing was refused to this client during a window before
        bool tell = false;       ///< its line in the log is due; it waits for a later question while there is no room for it
        AddressPrefix client{};  ///< whose limit it is: an address, or a /64
        unsigned most = 0;       ///< and what that is
    };

    /// `address` asks for a file of `device`, 12 hexadecimal digits as device_of_key() gives them. An address may have `most`.
    /// `own`: the address is leased to that device.
    [[nodiscard]] Ruling ask(const IpAddress& address, std::string_view device, bool own, unsigned most, TimePoint now);

private:
    struct Asked {
        std::uint64_t device;
        TimePoint last;
    };
    struct Client {
        std::vector<Asked> devices{};
        std::optional<TimePoint> refused{};
        bool told = false;
    };
    using Clients = LruMap<IpAddress, Client>;
    static constexpr std::size_t shards = 16;
    struct Shard {
        std::mutex mutex;
        Clients v4{table_size / shards};
        Clients v6{table_size / shards};
        Clients networks{table_size / shards};
    };

    Ruling count(Clients Shard::* table, const AddressPrefix& client, std::uint64_t device, unsigned most, TimePoint now);

    std::array<Shard, shards> shards_;
    std::mutex lines_mutex_;
    RateLimit lines_{1.0 / line_every.count(), line_burst};
};

}  // namespace branchline
