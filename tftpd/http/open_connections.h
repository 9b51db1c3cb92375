// The connections that a service has open: it keeps them until they say that they have ended. One thread.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <utility>

namespace branchline {

template <typename Connection>
class OpenConnections {
public:
    void add(std::shared_ptr<Connection> connection) {
        const auto* key = connection.get();
        open_.emplace(key, std::move(connection));
    }
    void remove(const Connection& ended) { open_.erase(&ended); }
    [[nodiscard]] std::size_t size() const { return open_.size(); }
    [[nodiscard]] bool empty() const { return open_.empty(); }

    /// Those that are open now; `each` may end any of them, which is when they are removed.
    template <typename Each>
    void for_each(Each each) {
        const auto held = open_;
        for (const auto& [key, connection] : held) {
            each(*connection);
        }
    }

private:
    std::unordered_map<const Connection*, std::shared_ptr<Connection>> open_;
};

}  // namespace branchline
