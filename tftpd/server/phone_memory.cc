#include "tftpd/server/phone_memory.h"

namespace branchline {

std::size_t PhoneMemory::set_of(const AddressBytes& phone) {
    return PeerHash{}(Peer{phone, 0, 0}) % sets * ways;
}

std::optional<tftp::RoundTrip> PhoneMemory::recall(const AddressBytes& phone, TimePoint now) const {
    const auto set = set_of(phone);
    for (auto way = set; way < set + ways; ++way) {
        const auto& entry = entries_[way];
        if (entry.used && entry.phone == phone) {
            return now - entry.heard <= valid ? std::optional(entry.round_trip) : std::nullopt;
        }
    }
    return std::nullopt;
}

void PhoneMemory::remember(const AddressBytes& phone, const tftp::RoundTrip& round_trip, TimePoint now) {
    const auto set = set_of(phone);
    auto* room = &entries_[set];
    for (auto way = set; way < set + ways; ++way) {
        auto& entry = entries_[way];
        if (entry.used && entry.phone == phone) {
            room = &entry;
            break;
        }
        if (room->used && (!entry.used || entry.heard < room->heard)) {
            room = &entry;
        }
    }
    *room = {phone, now, round_trip, true};
}

void PhoneMemory::clear() {
    for (auto& entry : entries_) {
        entry.used = false;
    }
}

}  // namespace branchline
