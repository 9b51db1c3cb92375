// Which cluster each phone is at home in, by what it was answered: the cluster that its own files (SEP<MAC>…, ITLSEP<MAC>…)
// came from. Kept by MAC, which its lease tells when it asks for a name without one, and by address for phones without a lease
// that is known here. Bounded, and safe to use from any thread.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/store/lru_map.h"

#include <mutex>
#include <optional>
#include <string>

namespace branchline {

class HomeTable {
public:
    static constexpr std::size_t max_phones = 16'384;

    /// A file of the device `mac` (12 digits in lower case) went to `address` out of `cluster`; empty: it is our own.
    void learn(const std::string& mac, const IpAddress& address, const std::string& cluster);

    /// The home of the phone that has the lease of its address (`mac`, empty if none is known), or else asked from there
    /// before.
    [[nodiscard]] std::optional<std::string> home_of(const std::string& mac, const IpAddress& address);

private:
    std::mutex mutex_;
    LruMap<std::string, std::string> homes_{2 * max_phones};  // by MAC, and by address
};

}  // namespace branchline
