// What the daemon was told of the leases that Kea has, so that only the difference need be told. Events tell of a lease when a
// packet brought it; this tells of those that came otherwise or were missed: given before the daemon started, brought by a
// partner (high availability) or a command, or lost on the way.
//
//   Kea's leases, a page at a time in the order of addresses ─► page() ─► next(): "held" what is new or changed,
//                                                                                 "gone" what is no longer there
//
// Bounded: the first `capacity` addresses. Used by the helper thread alone.
#pragma once

#include "kea-hooks/address.h"
#include "kea-hooks/events.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace branchline::hook {

/// One lease in force, as far as the daemon cares.
struct LeaseFact {
    Address address;
    std::array<std::uint8_t, 6> mac{};
    std::uint32_t subnet = 0;
    std::int64_t ends = 0;  ///< seconds since 1970
    bool operator==(const LeaseFact&) const = default;
};

/// Leases in the order of their addresses.
struct LeasePage {
    Address behind;                 ///< where it begins: behind this; empty: at the first
    std::vector<LeaseFact> leases;  ///< with a MAC, and not ended
    Address last;                   ///< the highest address looked at; the next page begins behind it
    bool at_end = true;             ///< there is no further page
};

class ToldLeases {
public:
    static constexpr std::size_t capacity = 16'384;  ///< as many as the daemon keeps phones

    /// Where the next page begins. Pages come in order, and after the last the first again.
    [[nodiscard]] const Address& behind() const { return behind_; }
    /// Compares. A page that begins elsewhere is passed over.
    void page(const LeasePage& page);

    /// The next event to tell; none when all is told. It is told once it was sent: pop().
    [[nodiscard]] const EventRecord* next(std::int64_t now, std::string_view socket);
    void pop() { to_tell_.pop_front(); }
    [[nodiscard]] bool all_told() const { return to_tell_.empty(); }

    /// Who listened is gone: the next one has been told nothing.
    void forget();

private:
    struct Telling {
        LeaseFact fact;
        bool held;
    };
    std::map<Address, LeaseFact> told_;
    std::deque<Telling> to_tell_;
    Address behind_;
    EventRecord record_;
};

}  // namespace branchline::hook
