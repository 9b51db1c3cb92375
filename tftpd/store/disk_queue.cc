#include "tftpd/store/disk_queue.h"

#include "tftpd/store/background_thread.h"

#include <utility>

namespace branchline {

DiskQueue::DiskQueue(std::size_t max_jobs, Job when_idle) : max_jobs_(max_jobs), when_idle_(std::move(when_idle)) {
    thread_ = background_thread([this] { run(); });
}

DiskQueue::~DiskQueue() {
    stop(Duration::zero());
}

bool DiskQueue::post(Job job) {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || jobs_.size() >= max_jobs_) {
        return false;
    }
    jobs_.push_back(std::move(job));
    wake_.notify_one();
    return true;
}

void DiskQueue::settle() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return jobs_.empty() && !busy_; });
}

void DiskQueue::stop(Duration limit) {
    if (!thread_.joinable()) {
        return;
    }
    std::deque<Job> dropped;
    {
        std::unique_lock lock(mutex_);
        stopping_ = true;
        idle_.wait_for(lock, limit, [this] { return jobs_.empty() && !busy_; });
        dropped.swap(jobs_);  // their captures are destroyed without the lock
        wake_.notify_one();
    }
    thread_.join();
}

void DiskQueue::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (jobs_.empty()) {
            return;
        }
        busy_ = true;
        while (!jobs_.empty()) {
            auto job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            job();
            job = nullptr;
            lock.lock();
        }
        if (when_idle_) {
            lock.unlock();
            when_idle_();
            lock.lock();
        }
        busy_ = false;
        if (jobs_.empty()) {
            idle_.notify_all();
        }
    }
}

}  // namespace branchline
