// A phone gets a lease of each family and boots once: the other family's, within ten seconds, is no boot of its own. Not for
// several threads.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/phones/lease_table.h"
#include "tftpd/store/lru_map.h"

#include <chrono>
#include <string>
#include <utility>

namespace branchline {

class BootWatch {
public:
    static constexpr std::chrono::seconds one_boot{10};

    /// Whether this lease begins a boot. `mac`: twelve hexadecimal digits; `family`: 4 or 6.
    bool begins(const std::string& mac, unsigned family, TimePoint now) {
        const auto* last = leases_.find(mac);
        if (last != nullptr && last->first != family && now - last->second < one_boot) {
            return false;
        }
        leases_.put(mac, {family, now});
        return true;
    }

private:
    LruMap<std::string, std::pair<unsigned, TimePoint>> leases_{LeaseTable::default_capacity};
};

}  // namespace branchline
