#include "tftpd/config/history_rules.h"

#include "tftpd/config/map_reader.h"

namespace branchline {

PhoneHistory read_phone_history(const isc::data::ConstElementPtr& element) {
    PhoneHistory history;
    const MapReader map(element, "phone-history", {"days", "max-size-mb", "write-interval"});
    const auto days = std::chrono::duration_cast<std::chrono::days>(history.lifetime).count();
    history.lifetime = std::chrono::days(map.number<std::int64_t>("days", days, 0, 365, "days (0 = off)"));
    history.max_size = map.number<std::uint64_t>("max-size-mb", history.max_size >> 20, 1, 4096, "megabytes of 2^20 bytes")
                       << 20;
    history.write_interval =
        std::chrono::seconds(map.number<std::int64_t>("write-interval", history.write_interval.count(), 1, 86400, "seconds"));
    return history;
}

}  // namespace branchline
