// The phones' timelines on the disk, so that a restart does not forget them: one SQLite file, which holds what Timelines holds
// (history_rows.h).
//
// A power cut costs what was not written yet and nothing else: write-ahead log, synchronous=NORMAL (sqlite.org/wal.html). A
// file that is damaged, or of another version, is set aside and a new one begun; phones are served whatever becomes of it.
//
// Bounded: by age when it is written and read, by size while it is written (the phones heard of longest ago go), and the log
// beside it by checkpoints. Safe to use from two threads.
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/config/config.h"
#include "tftpd/phones/history_rows.h"

#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace branchline {

class History {
public:
    /// Nothing is opened yet. `file` is in a directory of its own, which is made if it is not there.
    History(std::filesystem::path file, PhoneHistory settings);
    History(const History&) = delete;
    History& operator=(const History&) = delete;
    ~History();

    /// Opens the file, makes it, or sets a damaged one aside, which is logged. Every other function does it, too, if need be.
    Result<bool> open();

    /// All that is kept and not too old, as read_phones() gives it; nothing while that is off.
    Result<std::list<PhoneTimeline>> load(Moment now);

    /// In one transaction. A Failure leaves the file as it was.
    Result<bool> write(const std::vector<ChangedPhone>& phones, Moment now);

    /// Takes effect with the next write(). A lifetime of 0: closes and deletes the file.
    void use(const PhoneHistory& settings);

private:
    void open_sound();
    void set_aside(const std::string& why);
    void trim(const std::vector<ChangedPhone>& coming, Moment now);
    template <typename Work>
    auto guarded(const Work& work) -> Result<decltype(work())>;

    const std::filesystem::path file_;
    std::mutex mutex_;  ///< of all that follows
    PhoneHistory settings_;
    std::unique_ptr<Database> database_;  ///< null while it is not open
};

}  // namespace branchline
