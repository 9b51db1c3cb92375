// What a server process, its threads and its children have used so far: CPU (to 10 ms) and memory, read from /proc.
#pragma once

#include <chrono>
#include <cstdint>

namespace bench {

struct Usage {
    std::chrono::nanoseconds cpu{};  ///< of all threads, and of children that were waited for or live
    std::uint64_t resident_kb = 0;   ///< of the process and its children
};

/// Children that come and go between two calls are counted as far as the server waits for them.
Usage usage_of(int pid);

}  // namespace bench
