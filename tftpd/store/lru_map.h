// A map that forgets what was used longest ago, so that no memory here grows with what strangers ask for. Each entry has a
// weight (bytes, or 1); the sum never stays above the bound. Not safe for threads by itself.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

namespace branchline {

template <typename Key, typename Value, typename Hash = std::hash<Key>>
class LruMap {
public:
    explicit LruMap(std::uint64_t bound) : bound_(bound) {}

    /// The value, now the youngest; nullptr if there is none. Valid until the next put, erase or erase_if.
    Value* find(const Key& key) {
        const auto found = index_.find(key);
        if (found == index_.end()) {
            return nullptr;
        }
        order_.splice(order_.begin(), order_, found->second);
        return &found->second->value;
    }

    /// Puts or replaces. What is heavier than the whole bound is not kept.
    void put(const Key& key, Value value, std::uint64_t weight = 1) {
        erase(key);
        if (weight > bound_) {
            return;
        }
        order_.push_front(Item{key, std::move(value), weight});
        index_.emplace(key, order_.begin());
        weight_ += weight;
        while (weight_ > bound_) {
            drop(std::prev(order_.end()));
        }
    }

    bool erase(const Key& key) {
        const auto found = index_.find(key);
        if (found == index_.end()) {
            return false;
        }
        drop(found->second);
        return true;
    }

    /// Erases what `matches(key, value)` says; returns how many.
    template <typename Predicate>
    std::size_t erase_if(Predicate matches) {
        std::size_t erased = 0;
        for (auto at = order_.begin(); at != order_.end();) {
            const auto next = std::next(at);
            if (matches(at->key, at->value)) {
                drop(at);
                ++erased;
            }
            at = next;
        }
        return erased;
    }

    /// Calls `look(key, value)` for each entry, the youngest first; their order stays.
    template <typename Look>
    void for_each(Look look) const {
        for (const auto& item : order_) {
            look(item.key, item.value);
        }
    }

    [[nodiscard]] std::size_t size() const { return index_.size(); }
    [[nodiscard]] std::uint64_t weight() const { return weight_; }

private:
    struct Item {
        Key key;
        Value value;
        std::uint64_t weight;
    };
    using Order = std::list<Item>;

    void drop(typename Order::iterator item) {
        weight_ -= item->weight;
        index_.erase(item->key);
        order_.erase(item);
    }

    std::uint64_t bound_;
    std::uint64_t weight_ = 0;
    Order order_;  // youngest first
    std::unordered_map<Key, typename Order::iterator, Hash> index_;
};

}  // namespace branchline
