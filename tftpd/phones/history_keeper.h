// Writes what changed of the phones' timelines to the History: every `write_interval` all of it in a few batches, so that flash
// memory is spared, and once more at the end. On a thread of its own, since a disk may take its time.
#pragma once

#include "tftpd/phones/history.h"
#include "tftpd/phones/phone_watch.h"

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace branchline {

/// What is kept, or nothing if it cannot be had, which is logged. For the PhoneWatch, on its thread.
std::list<PhoneTimeline> load_history(History& history);

class HistoryKeeper {
public:
    static constexpr std::size_t batch = 2000;  ///< entries of timelines in one transaction

    /// Both outlive it.
    HistoryKeeper(History& history, PhoneWatch& watch, const PhoneHistory& settings);
    HistoryKeeper(const HistoryKeeper&) = delete;
    HistoryKeeper& operator=(const HistoryKeeper&) = delete;
    ~HistoryKeeper();  ///< what has not been written yet is written

    void use(const PhoneHistory& settings);

private:
    void run();
    void write_changes();

    History& history_;
    PhoneWatch& watch_;
    std::mutex mutex_;  ///< of what follows
    std::condition_variable woken_;
    PhoneHistory settings_;
    bool new_settings_ = false;
    bool stopping_ = false;
    unsigned failures_ = 0;  ///< the thread's own: in a row; the first is said in the log
    std::thread thread_;
};

}  // namespace branchline
