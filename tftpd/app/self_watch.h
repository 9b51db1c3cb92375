// How the daemon is: whether all its threads live and phones are served, asked once a second by the main thread, and what the
// admin listener shows of it. The pages answer on the admin listener's thread, also while the main thread hangs.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/http/admin_page.h"
#include "tftpd/http/metrics.h"

#include <mutex>
#include <string>

namespace branchline {

class HttpFileService;
class LeaseTable;
class Resolver;
class TftpServer;

class SelfWatch {
public:
    /// Without a look() for so long, the main thread is said to hang.
    static constexpr std::chrono::seconds main_thread_patience{15};

    /// All of these outlive the watch, and the pages.
    SelfWatch(Resolver& resolver, TftpServer& tftp, HttpFileService& http, const LeaseTable& leases);

    // On the main thread.
    void beat();  ///< once a second: asks every thread whether it lives
    /// Why phones are not served, "" = they are: because of `reason`, or because a thread hangs.
    std::string look(std::string reason, TimePoint now);
    [[nodiscard]] std::string status();  ///< a line for "systemctl status"
    [[nodiscard]] bool all_threads_live();
    void ending();
    void configured(ConfigPtr config, TimePoint now);
    void reload_refused(bool refused);

    // On any thread.
    [[nodiscard]] AdminAnswer health(TimePoint now);
    [[nodiscard]] MetricsSnapshot snapshot(TimePoint now);
    [[nodiscard]] AdminPages pages();  ///< /healthz and /metrics

private:
    Resolver& resolver_;
    TftpServer& tftp_;
    HttpFileService& http_;
    const LeaseTable& leases_;

    std::mutex mutex_;   // of what follows
    std::string hangs_;  // the name of a thread
    std::string not_serving_ = "starting";
    TimePoint last_look_{};
    ConfigPtr config_;
    TimePoint reloaded_{};
    bool reload_refused_ = false;
};

}  // namespace branchline
