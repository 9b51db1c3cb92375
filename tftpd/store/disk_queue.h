// One thread that does disk work in the order it was given, so that no answer ever waits for fsync(). Bounded: what does not
// fit is refused, not queued.
#pragma once

#include "tftpd/base/clock.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace branchline {

class DiskQueue {
public:
    using Job = std::function<void()>;

    /// `when_idle` runs on the thread each time the last job is done.
    explicit DiskQueue(std::size_t max_jobs, Job when_idle = {});
    ~DiskQueue();  ///< as stop(0)
    DiskQueue(const DiskQueue&) = delete;
    DiskQueue& operator=(const DiskQueue&) = delete;

    [[nodiscard]] bool post(Job job);

    /// Waits until everything posted so far is done.
    void settle();

    /// Takes no more jobs, goes on with those it has for at most `limit`, drops the rest and ends the thread.
    void stop(Duration limit);

private:
    void run();

    const std::size_t max_jobs_;
    const Job when_idle_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable idle_;
    std::deque<Job> jobs_;
    bool busy_ = false;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace branchline
