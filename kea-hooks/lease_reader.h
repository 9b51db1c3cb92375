// Reads Kea's leases, a page at a time, on Kea's main thread: the only one on which the lease database neither changes its
// place nor is without a lock when Kea runs single-threaded. The helper thread asks and fetches; Kea's main loop turns at least
// once a second.
#pragma once

#include "kea-hooks/address.h"
#include "kea-hooks/told_leases.h"

#include <config.h>

#include <asiolink/io_service.h>

#include <atomic>
#include <mutex>
#include <optional>

namespace branchline::hook {

class LeaseReader {
public:
    static constexpr std::size_t page_size = 2048;  ///< leases; some milliseconds of the main thread

    explicit LeaseReader(Family family);
    LeaseReader(const LeaseReader&) = delete;
    LeaseReader& operator=(const LeaseReader&) = delete;
    ~LeaseReader();  ///< on the main thread: nothing of ours is left with Kea

    /// On the main thread, after each configuration: Kea forgets whom it is to run.
    void attach();

    // On the helper thread. One page is asked for at a time.
    void ask(const Address& behind);  ///< an empty address: from the first on
    /// The page that was asked for, once it is there.
    [[nodiscard]] std::optional<LeasePage> take();

private:
    void read(const Address& behind);

    const Family family_;
    isc::asiolink::IOServicePtr io_;
    std::atomic<bool> ending_{false};
    std::mutex mutex_;  ///< of the page
    std::optional<LeasePage> page_;
};

}  // namespace branchline::hook
