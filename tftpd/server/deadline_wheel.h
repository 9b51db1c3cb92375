// When each of many transfers must be looked at again, for one thread. A wheel of 1,024 slots of 10 ms; an entry lies in the
// list of one slot and is moved only when its deadline comes nearer. A deadline that moves away, as it does with every ACK,
// costs nothing: the entry is looked at when its old slot comes up and put where it belongs. Nothing fires early; it may fire
// up to one slot late. Pure: time is an argument.
#pragma once

#include "tftpd/base/clock.h"

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>

namespace branchline {

class DeadlineWheel {
public:
    /// To be held by (or inherited from by) whatever has a deadline. Must not move or die while it is in the wheel.
    class Entry {
    public:
        Entry() = default;
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        [[nodiscard]] TimePoint due() const { return due_; }

    private:
        friend class DeadlineWheel;
        void unlink();
        void link_before(Entry& head);
        Entry* next_ = nullptr;
        Entry* previous_ = nullptr;
        TimePoint due_{};
        std::int64_t tick_ = 0;  ///< of the slot it lies in
    };

    static constexpr Duration slot_time = std::chrono::milliseconds(10);
    static constexpr std::int64_t slots = 1024;

    explicit DeadlineWheel(TimePoint start);

    /// Puts `entry` in the wheel, or gives it another deadline.
    void set(Entry& entry, TimePoint due);

    /// Takes `entry` out; does nothing if it is not in.
    void remove(Entry& entry);

    /// Takes one entry whose deadline has passed out of the wheel. To be called until it gives nothing; other entries may be
    /// set and removed in between.
    [[nodiscard]] Entry* take_due(TimePoint now);

    /// When take_due() has something to look at next; nothing = the wheel is empty.
    [[nodiscard]] std::optional<TimePoint> next() const;

private:
    [[nodiscard]] static std::int64_t tick_at_or_after(TimePoint time);
    [[nodiscard]] static std::int64_t tick_before(TimePoint time);
    void place(Entry& entry);
    void empty_slot(std::int64_t tick, TimePoint now);

    std::int64_t done_;  ///< the last tick whose slot has been emptied
    std::array<Entry, slots> heads_;
    Entry due_;
    std::bitset<slots> used_;  ///< slots that may hold entries
};

}  // namespace branchline
