#include "tftpd/phones/history_keeper.h"

#include "tftpd/log/log.h"
#include "tftpd/store/background_thread.h"

#include "phones_messages.h"

#include <utility>

#include <pthread.h>

namespace branchline {

std::list<PhoneTimeline> load_history(History& history) {
    auto loaded = history.load(Moment::now());
    if (!loaded) {
        LOG_WARN(app_logger, PHONES_HISTORY_UNREADABLE).arg(loaded.error().text);
        return {};
    }
    LOG_INFO(app_logger, PHONES_HISTORY_LOADED).arg(loaded->size());
    return std::move(*loaded);
}

HistoryKeeper::HistoryKeeper(History& history, PhoneWatch& watch, const PhoneHistory& settings)
    : history_(history), watch_(watch), settings_(settings) {
    thread_ = background_thread([this] {
        pthread_setname_np(pthread_self(), "history");
        run();
    });
}

HistoryKeeper::~HistoryKeeper() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    woken_.notify_one();
    thread_.join();
}

void HistoryKeeper::use(const PhoneHistory& settings) {
    {
        const std::lock_guard lock(mutex_);
        new_settings_ = new_settings_ || settings != settings_;
        settings_ = settings;
    }
    woken_.notify_one();
}

void HistoryKeeper::run() {
    PhoneHistory in_force;
    {
        const std::lock_guard lock(mutex_);
        in_force = settings_;
        new_settings_ = false;
    }
    history_.use(in_force);
    for (bool ending = false; !ending;) {
        {
            std::unique_lock lock(mutex_);
            woken_.wait_for(lock, in_force.write_interval, [this] { return stopping_ || new_settings_; });
            ending = stopping_;
            if (std::exchange(new_settings_, false)) {
                if (!in_force.keeps()) {
                    watch_.all_changed();  // of what was before, nothing has been kept
                }
                in_force = settings_;
                history_.use(in_force);
            }
        }
        if (in_force.keeps()) {
            write_changes();
        }
    }
}

void HistoryKeeper::write_changes() {
    for (auto changes = watch_.take_changed(batch); !changes.empty(); changes = watch_.take_changed(batch)) {
        const auto written = history_.write(changes, Moment::now());
        if (!written) {
            if (failures_++ == 0) {
                LOG_ERROR(app_logger, PHONES_HISTORY_NOT_WRITTEN).arg(written.error().text);
            }
            watch_.all_changed();
            return;
        }
        if (const auto failures = std::exchange(failures_, 0U); failures != 0) {
            LOG_INFO(app_logger, PHONES_HISTORY_WRITTEN_AGAIN).arg(failures);
        }
    }
}

}  // namespace branchline
