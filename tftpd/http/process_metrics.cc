#include "tftpd/http/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace branchline {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// When the program was loaded. By the wall clock, which may have been wrong then: a box without a clock starts in 1970.
const std::chrono::system_clock::time_point loaded = std::chrono::system_clock::now();

}  // namespace

ProcessFigures process_figures() {
    ProcessFigures figures;
    figures.started = std::chrono::duration<double>(loaded.time_since_epoch()).count();
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) {
        figures.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    }
    std::uint64_t pages = 0;
    std::uint64_t resident = 0;
    if (std::ifstream("/proc/self/statm") >> pages >> resident) {
        figures.resident_bytes = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    }
    std::error_code error;
    const std::filesystem::directory_iterator descriptors("/proc/self/fd", error);
    if (!error) {
        // Less the one that looks.
        figures.open_descriptors = static_cast<std::uint64_t>(std::distance(begin(descriptors), end(descriptors))) - 1;
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        figures.descriptor_limit = limit.rlim_cur;
    }
    return figures;
}

}  // namespace branchline
