#include "tftpd/server/deadline_wheel.h"

#include <algorithm>

namespace branchline {

void DeadlineWheel::Entry::unlink() {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    next_ = previous_ = nullptr;
}

void DeadlineWheel::Entry::link_before(Entry& head) {
    previous_ = head.previous_;
    next_ = &head;
    previous_->next_ = this;
    head.previous_ = this;
}

DeadlineWheel::DeadlineWheel(TimePoint start) : done_(tick_before(start)) {
    for (auto& head : heads_) {
        head.next_ = head.previous_ = &head;
    }
    due_.next_ = due_.previous_ = &due_;
}

std::int64_t DeadlineWheel::tick_before(TimePoint time) {
    return time.time_since_epoch() / slot_time;
}

std::int64_t DeadlineWheel::tick_at_or_after(TimePoint time) {
    return (time.time_since_epoch() + slot_time - Duration(1)) / slot_time;
}

void DeadlineWheel::place(Entry& entry) {
    // Further away than the wheel reaches: the last slot, where it will be looked at and placed again.
    entry.tick_ = std::clamp(tick_at_or_after(entry.due_), done_ + 1, done_ + slots - 1);
    const auto slot = static_cast<std::size_t>(entry.tick_ % slots);
    entry.link_before(heads_[slot]);
    used_.set(slot);
}

void DeadlineWheel::set(Entry& entry, TimePoint due) {
    entry.due_ = due;
    if (entry.next_ != nullptr) {
        if (tick_at_or_after(due) >= entry.tick_) {
            return;
        }
        entry.unlink();
    }
    place(entry);
}

void DeadlineWheel::remove(Entry& entry) {
    if (entry.next_ != nullptr) {
        entry.unlink();
    }
}

void DeadlineWheel::empty_slot(std::int64_t tick, TimePoint now) {
    const auto slot = static_cast<std::size_t>(tick % slots);
    if (!used_.test(slot)) {
        return;
    }
    used_.reset(slot);
    auto& head = heads_[slot];
    while (head.next_ != &head) {
        auto& entry = *head.next_;
        entry.unlink();
        if (entry.due_ <= now) {
            entry.tick_ = tick;
            entry.link_before(due_);
        } else {
            place(entry);
        }
    }
}

DeadlineWheel::Entry* DeadlineWheel::take_due(TimePoint now) {
    const auto until = tick_before(now);
    // After a long pause every slot is looked at once, not once for each turn that was missed.
    done_ = std::max(done_, until - slots);
    for (;;) {
        while (due_.next_ == &due_ && done_ < until) {
            empty_slot(++done_, now);
        }
        if (due_.next_ == &due_) {
            return nullptr;
        }
        auto& entry = *due_.next_;
        entry.unlink();
        if (entry.due_ <= now) {
            return &entry;
        }
        place(entry);  // it was given a later deadline while it lay here
    }
}

std::optional<TimePoint> DeadlineWheel::next() const {
    if (due_.next_ != &due_) {
        return due_.next_->due_;
    }
    if (used_.none()) {
        return std::nullopt;
    }
    for (auto tick = done_ + 1; tick < done_ + slots; ++tick) {
        const auto slot = static_cast<std::size_t>(tick % slots);
        if (used_.test(slot) && heads_[slot].next_ != &heads_[slot]) {
            return TimePoint(tick * slot_time);
        }
    }
    return std::nullopt;
}

}  // namespace branchline
