#include "tftpd/resolve/search_queue.h"

#include <algorithm>
#include <utility>

namespace branchline {

bool SearchQueue::push(const std::shared_ptr<NameJob>& job, std::optional<FileCache::Found> last_copy, TimePoint now) {
    if (waiting_.size() >= max_waiting) {
        return false;
    }
    waiting_.push_back({job, std::move(last_copy), now + max_wait});
    return true;
}

std::optional<SearchQueue::Waiting> SearchQueue::pop(TimePoint now) {
    while (!waiting_.empty()) {
        auto& first = waiting_.front();
        Waiting next{first.job.lock(), {}, now >= first.until};
        if (next.job && !next.late && !queries_.take(0, now)) {
            return std::nullopt;
        }
        next.last_copy = std::move(first.last_copy);
        waiting_.pop_front();
        if (next.job) {
            return next;
        }
    }
    return std::nullopt;
}

std::optional<TimePoint> SearchQueue::deadline() const {
    return waiting_.empty() ? std::nullopt : std::optional(std::min(queries_.next(), waiting_.front().until));
}

}  // namespace branchline
