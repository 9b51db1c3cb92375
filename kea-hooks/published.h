// One immutable value that many packet threads read while another thread replaces it: readers never wait, never lock and never
// touch a counter that another worker writes (std::atomic<std::shared_ptr> would do both in libstdc++).
//
//     reader: marks its slot ─► loads the pointer ─► uses the value ─► clears its mark
//     writer: swaps the pointer ─► keeps the old value until every slot has been seen unmarked once since the swap
//
// A slot seen unmarked after the swap can only be marked again by a reader that loads the new pointer, so nobody holds the old
// one then (both sides are sequentially consistent). Writers are serialised by a mutex that readers do not know.
#pragma once

#include <array>
#include <atomic>
#include <bitset>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace branchline::hook {

inline constexpr std::size_t reader_slots = 32;  ///< threads beyond that share slots, which is slower but correct

/// This thread's slot, the same one for as long as it lives.
inline std::size_t reader_slot() {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed) % reader_slots;
    return mine;
}

template <typename T>
class Published {
    struct alignas(64) Slot {
        std::atomic<unsigned> inside{0};
    };
    struct Retired {
        std::unique_ptr<const T> value;
        std::bitset<reader_slots> seen_idle;
    };

public:
    /// Holds the value that was current when it was made; keep it no longer than one packet.
    class Reading {
    public:
        explicit Reading(Published& from) : slot_(from.slots_[reader_slot()]) {
            slot_.inside.fetch_add(1);
            value_ = from.current_.load();
        }
        ~Reading() { slot_.inside.fetch_sub(1); }
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

        explicit operator bool() const { return value_ != nullptr; }
        const T& operator*() const { return *value_; }
        const T* operator->() const { return value_; }
        const T* get() const { return value_; }

    private:
        Slot& slot_;
        const T* value_ = nullptr;
    };

    Published() = default;
    Published(const Published&) = delete;
    Published& operator=(const Published&) = delete;
    ~Published() { delete current_.load(); }

    [[nodiscard]] Reading read() { return Reading(*this); }

    void publish(std::unique_ptr<const T> value) {
        const std::lock_guard lock(writers_);
        std::unique_ptr<const T> old(current_.exchange(value.release()));
        if (old) {
            retired_.push_back({std::move(old), {}});
        }
        reclaim_locked();
    }

    /// Frees what no reader can hold any more; call it now and then.
    void reclaim() {
        const std::lock_guard lock(writers_);
        reclaim_locked();
    }

    [[nodiscard]] std::size_t retired() {
        const std::lock_guard lock(writers_);
        return retired_.size();
    }

private:
    void reclaim_locked() {
        for (std::size_t i = 0; i < reader_slots; ++i) {
            if (slots_[i].inside.load() == 0) {
                for (auto& old : retired_) {
                    old.seen_idle.set(i);
                }
            }
        }
        std::erase_if(retired_, [](const Retired& old) { return old.seen_idle.all(); });
    }

    std::array<Slot, reader_slots> slots_{};
    std::atomic<const T*> current_{nullptr};
    std::mutex writers_;
    std::vector<Retired> retired_;
};

}  // namespace branchline::hook
