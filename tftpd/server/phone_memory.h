// What is known of phones from their earlier transfers: the measured round trip, so that the next transfer's first resend
// is right from the start (RFC 1123 4.2.3.2). A fixed table of 2,048 sets of 4; when a set is full the phone not heard of for
// longest makes room. For one thread; a phone comes back on the same thread often enough, and a miss costs only a guess.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/server/peer.h"
#include "tftpd/tftp/round_trip.h"

#include <array>
#include <optional>
#include <vector>

namespace branchline {

class PhoneMemory {
public:
    static constexpr std::size_t sets = 2048;
    static constexpr std::size_t ways = 4;
    static constexpr Duration valid = std::chrono::minutes(30);  ///< a path may have changed since

    PhoneMemory() : entries_(sets * ways) {}

    [[nodiscard]] std::optional<tftp::RoundTrip> recall(const AddressBytes& phone, TimePoint now) const;
    void remember(const AddressBytes& phone, const tftp::RoundTrip& round_trip, TimePoint now);
    void clear();

private:
    struct Entry {
        AddressBytes phone{};
        TimePoint heard{};
        tftp::RoundTrip round_trip{};
        bool used = false;
    };
    [[nodiscard]] static std::size_t set_of(const AddressBytes& phone);
    std::vector<Entry> entries_;
};

}  // namespace branchline
