// What the kernel says of this process. Zeros for what it does not say.
#pragma once

#include <cstdint>

namespace branchline {

struct ProcessFigures {
    double started = 0;      ///< seconds since 1970
    double cpu_seconds = 0;  ///< user and system, all threads
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_descriptors = 0;
    std::uint64_t descriptor_limit = 0;
};

ProcessFigures process_figures();

}  // namespace branchline
