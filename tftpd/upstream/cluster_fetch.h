// Gets one file from one cluster: its servers in the order given, those that are down left out, each by the transport that
// works for it. Runs on the one thread of the io_context it is given; nothing here is safe to call from another.
//
//   server 1: HTTP --0.3 s--> TFTP --0.3 s--> server 2: HTTP -- … at once when one is refused; no further step while somebody
//   sends the file; 0.6 s after a connection that brings nothing; all are given up 1.8 s after the last answer
//
// The first that has the file, or says that it has not, speaks for the cluster: a living server's "not found" is not asked
// again of the next. A file that breaks off or is not as long as announced is fetched from the next server, from its beginning.
// Only silence and refused connections count against a server's health; wrong content does not, it is only remembered and
// logged.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/config/config.h"
#include "tftpd/upstream/rate_bucket.h"
#include "tftpd/upstream/server_health.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace branchline {

enum class FetchResult {
    complete,     ///< all bytes were given to `bytes`, and they are as many as the server said
    not_found,    ///< a server of the cluster answered: it has no such file
    unreachable,  ///< no server of the cluster answered, or all are down
    broken,       ///< servers answered, and none gave the whole file (wrong length, cut, too large, two answers)
    cancelled,
};

struct FetchOutcome {
    FetchResult result = FetchResult::unreachable;
    std::string reason;  ///< for log and status: which server, by what transport, what it said
};

/// How a fetch reports. All are called on the fetch's thread; after `done` nothing comes any more.
struct FetchEvents {
    /// A server has the file (size in bytes, if it said so). Called again if that server fails before the end and the next one
    /// starts from the beginning: what `bytes` brought before is then void.
    std::function<void(std::optional<std::uint64_t> size)> found;
    std::function<void(ByteView part)> bytes;
    std::function<void(FetchOutcome outcome)> done;
    /// Asked when a server has sent the whole file: why it is not to be taken, none if it is. The next server is asked then.
    /// May be empty.
    std::function<std::optional<std::string>()> objection{};
};

/// A fetch under way. Destroying it cancels silently: no event comes after, but servers that were silent until then are probed.
class ClusterFetch {
public:
    virtual ~ClusterFetch() = default;
};

/// Caps of one fetch.
struct FetchCaps {
    std::uint64_t max_size = 64ull << 20;  ///< bytes
    Duration deadline = std::chrono::seconds(30);
    std::shared_ptr<RateBucket> rate{};               ///< of the cluster, if it has a limit
    bool waits_for_rate = false;                      ///< large files do; a phone's configuration is never held back
    Duration stall_window = std::chrono::seconds(2);  ///< a server that answered has to bring something in each (see Progress)
};

/// Asks `cluster` for `name` (made safe before). `health` outlives the fetch and is updated by it.
std::unique_ptr<ClusterFetch> start_fetch(boost::asio::io_context& io, const Cluster& cluster, const std::string& name,
                                          const FetchCaps& caps, HealthTable& health, FetchEvents events);

}  // namespace branchline
