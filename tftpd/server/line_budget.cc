#include "tftpd/server/line_budget.h"

#include <algorithm>
#include <utility>

namespace branchline {

std::optional<std::uint64_t> LineBudget::take(TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (refilled_ != TimePoint{} && now > refilled_) {
        const std::chrono::duration<double> passed = now - refilled_;
        left_ = std::min<double>(burst_, left_ + passed.count() * per_second_);
    }
    refilled_ = std::max(refilled_, now);
    if (left_ < 1) {
        ++left_out_;
        return std::nullopt;
    }
    left_ -= 1;
    if (left_out_ == 0 || now - told_ < told_every) {
        return 0;
    }
    told_ = now;
    return std::exchange(left_out_, 0);
}

}  // namespace branchline
