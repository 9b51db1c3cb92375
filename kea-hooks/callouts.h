// What the two families' callouts share: a packet's bookkeeping from "who is it" to "what was sent".
#pragma once

#include "kea-hooks/kea.h"
#include "kea-hooks/runtime.h"
#include "kea-hooks/server_choice.h"

namespace branchline::hook {

/// Lays the classes' and then the host's layers over `setting`. `first_key` and so on are tried by `find_host`.
void override_with_classes(Setting& setting, const Table& table, const isc::dhcp::Pkt& query);

/// Looks for a host of this subnet, then for a global one.
bool override_with_host(Setting& setting, const Table& table, std::uint32_t subnet, int identifier_type, ByteView identifier);

/// Is the sender in Kea's class "KNOWN" (a reservation was found)?
bool is_known(const isc::dhcp::Pkt& query);
bool is_in_phone_class(const isc::dhcp::Pkt& query);

/// Does the packet have option `code` with enterprise 9, whatever type Kea made of it?
bool has_cisco_enterprise(const isc::dhcp::Pkt& query, std::uint16_t code, bool v4_lists);

/// What an event about a lease that ended says, whatever its family.
void describe_ended(EventRecord& record, const isc::dhcp::Lease& lease, api::LeaseEvent::Kind kind);

/// Runs `body`; whatever it throws is counted and goes no further. Always 0: Kea's own work is never stopped by us.
template <typename Body>
int guarded(Body&& body) noexcept {
    auto* all = runtime();
    if (all == nullptr) {
        return 0;
    }
    try {
        body(*all);
    } catch (...) {
        all->statistics.add(HookCounter::errors);
    }
    return 0;
}

/// Gives `fill` a record of the queue and hands it over; counts when there is no room.
template <typename Fill>
void leave_event(Runtime& all, const Setting& setting, Fill&& fill) {
    if (setting.event_socket == nullptr || setting.event_socket->empty()) {
        return;
    }
    auto* record = all.events.begin();
    if (record == nullptr) {
        all.statistics.add(HookCounter::events_dropped);
        return;
    }
    try {
        record->set_socket(*setting.event_socket);
        fill(*record);
    } catch (...) {
        // The cell is taken and the consumer waits at it: it must be handed over, empty, or every later event would be stuck.
        record->clear();
        all.events.commit(record);
        throw;
    }
    all.events.commit(record);
}

}  // namespace branchline::hook
