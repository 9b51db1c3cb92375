#include "kea-hooks/statistics.h"

#include <config.h>
#include <stats/stats_mgr.h>

#include <string>

namespace branchline::hook {
namespace {

std::string full_name(std::size_t which) {
    return "branchline." + std::string(hook_counter_names[which]);
}

}  // namespace

void Statistics::announce() {
    for (std::size_t i = 0; i < hook_counter_count; ++i) {
        isc::stats::StatsMgr::instance().addValue(full_name(i), static_cast<int64_t>(0));
    }
}

void Statistics::carry_over() {
    for (std::size_t i = 0; i < hook_counter_count; ++i) {
        const auto now = values_[i].load(std::memory_order_relaxed);
        if (now != carried_[i]) {
            isc::stats::StatsMgr::instance().addValue(full_name(i), static_cast<int64_t>(now - carried_[i]));
            carried_[i] = now;
        }
    }
}

}  // namespace branchline::hook
