// Where everything that is heard of phones comes together: lease events and the ends of transfers go through one bounded queue
// to one thread, which keeps the timelines. Those who serve phones never wait here: what finds the queue full is dropped and
// counted.
//
//   lease events --.
//   TFTP ends   ----+--> queue (no lock) --> thread "phones" --> Timelines <-- commands (a lock that workers never take)
//   HTTP ends   --'
#pragma once

#include "tftpd/phones/lease_table.h"
#include "tftpd/phones/timeline.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace branchline {

class PhoneWatch {
public:
    static constexpr std::size_t max_queued = 8192;  ///< records

    using Load = std::function<std::list<PhoneTimeline>()>;

    /// `leases` tells whose an address is; it outlives the watch. `load`: what is known of earlier, asked for on the watch's
    /// thread before it takes anything.
    explicit PhoneWatch(const LeaseTable& leases, Load load = {});
    ~PhoneWatch();
    PhoneWatch(const PhoneWatch&) = delete;
    PhoneWatch& operator=(const PhoneWatch&) = delete;

    /// What is queued is still taken, and nothing more after that.
    void stop();

    // From any thread; neither waits.
    void heard(api::LeaseEvent event);
    void heard(FileReport report);

    /// Records that found the queue full, since the start.
    [[nodiscard]] std::uint64_t dropped() const;

    [[nodiscard]] std::optional<PhoneTimeline> find(const MacAddress& mac) const;
    /// See Timelines::names_asked().
    [[nodiscard]] std::vector<std::string> names_asked(const MacAddress& mac) const;
    /// See Timelines.
    std::vector<ChangedPhone> take_changed(std::size_t most);
    void all_changed();
    /// Calls `look` for each, the one heard of last first, as long as it returns true. It must be quick.
    void for_each(const std::function<bool(const PhoneTimeline&)>& look) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
