#include "tftpd/phones/lease_table.h"

#include <boost/asio/ip/address.hpp>

namespace branchline {
namespace {

using Step = api::LeaseEvent::Kind;

bool is_lease(Step kind) {
    return kind == Step::committed || kind == Step::renewed || kind == Step::held || kind == Step::seen;
}
/// Has that lease run out? Kea says so when it notices, which may be later.
bool is_over(const PhoneAddress& address, TimePoint now) {
    return address.lifetime != 0 && now - address.heard >= std::chrono::seconds(address.lifetime);
}
bool holds(const PhoneAddress& address, TimePoint now) {
    return address.leased && !is_over(address, now);
}
bool is_end(Step kind) {
    return kind == Step::released || kind == Step::expired || kind == Step::declined || kind == Step::gone;
}

/// Addresses are found by their text, whatever their family, so none may stand in the other family's place.
bool is_of(unsigned family, const std::string& address) {
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(address, error);
    return !error && parsed.is_v6() == (family == 6);
}

PhoneAddress& address_of(PhoneLease& phone, const std::string& address) {
    return phone.v4.text == address ? phone.v4 : phone.v6;
}

}  // namespace

LeaseTable::Entries::iterator LeaseTable::entry_of(const MacAddress& mac) {
    const auto found = by_mac_.find(mac);
    if (found != by_mac_.end()) {
        entries_.splice(entries_.begin(), entries_, found->second);
        return found->second;
    }
    if (entries_.size() >= capacity_ && !entries_.empty()) {
        const auto oldest = std::prev(entries_.end());
        forget_address(oldest, oldest->v4);
        forget_address(oldest, oldest->v6);
        by_mac_.erase(oldest->mac);
        entries_.erase(oldest);
    }
    entries_.emplace_front();
    entries_.front().mac = mac;
    by_mac_[mac] = entries_.begin();
    return entries_.begin();
}

void LeaseTable::forget_address(Entries::iterator entry, PhoneAddress& address) {
    const auto found = by_address_.find(address.text);
    if (found != by_address_.end() && found->second == entry) {
        by_address_.erase(found);
    }
    address = {};
}

bool LeaseTable::update(const api::LeaseEvent& event, TimePoint now) {
    if (!event.mac || capacity_ == 0) {
        return false;
    }
    const std::lock_guard lock(mutex_);
    const auto entry = entry_of(*event.mac);
    entry->last = event.kind;
    entry->last_heard = now;
    if (!event.vendor_class.empty()) {
        entry->vendor_class = event.vendor_class;
    }
    auto& address = event.family == 6 ? entry->v6 : entry->v4;
    if (is_end(event.kind)) {
        // Only the lease that ended: the phone may have another address by now.
        if (event.address == address.text) {
            forget_address(entry, address);
        }
    } else if (is_lease(event.kind) && is_of(event.family, event.address)) {
        const bool leased = event.kind != Step::seen;
        const auto before = by_address_.find(event.address);
        const bool is_others = before != by_address_.end() && before->second != entry;
        if (!leased && (holds(address, now) || (is_others && holds(address_of(*before->second, event.address), now)))) {
            return true;
        }
        if (event.address != address.text) {
            forget_address(entry, address);
        }
        if (is_others) {
            forget_address(before->second, address_of(*before->second, event.address));
        }
        address = {event.address, now, event.lifetime, leased, event.subnet};
        by_address_[event.address] = entry;
    }
    return true;
}

std::optional<PhoneLease> LeaseTable::find(const MacAddress& mac) const {
    const std::shared_lock lock(mutex_);
    const auto found = by_mac_.find(mac);
    return found == by_mac_.end() ? std::nullopt : std::optional<PhoneLease>(*found->second);
}

std::optional<PhoneLease> LeaseTable::find_address(const std::string& address) const {
    const std::shared_lock lock(mutex_);
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? std::nullopt : std::optional<PhoneLease>(*found->second);
}

std::optional<MacAddress> LeaseTable::holder_of(const std::string& address) const {
    const std::shared_lock lock(mutex_);
    const auto found = by_address_.find(address);
    return found == by_address_.end() ? std::nullopt : std::optional(found->second->mac);
}

std::optional<MacAddress> LeaseTable::leased_to(const std::string& address, TimePoint now) const {
    const std::shared_lock lock(mutex_);
    const auto found = by_address_.find(address);
    if (found == by_address_.end() || !holds(address_of(*found->second, address), now)) {
        return std::nullopt;
    }
    return found->second->mac;
}

std::string LeaseTable::device_with(const IpAddress& address, TimePoint now) const {
    const auto holder = leased_to(unmapped(address).to_string(), now);
    return holder ? to_digits(*holder) : "";
}

std::size_t LeaseTable::size() const {
    const std::shared_lock lock(mutex_);
    return entries_.size();
}

std::map<std::pair<unsigned, std::uint32_t>, std::size_t> LeaseTable::leases_by_subnet(TimePoint now) const {
    std::map<std::pair<unsigned, std::uint32_t>, std::size_t> counts;
    const std::shared_lock lock(mutex_);
    for (const auto& phone : entries_) {
        if (holds(phone.v4, now)) {
            ++counts[{4, phone.v4.subnet}];
        }
        if (holds(phone.v6, now)) {
            ++counts[{6, phone.v6.subnet}];
        }
    }
    return counts;
}

}  // namespace branchline
