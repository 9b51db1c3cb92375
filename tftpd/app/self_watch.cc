#include "tftpd/app/self_watch.h"

#include "tftpd/base/thread_pulse.h"
#include "tftpd/control/version.h"
#include "tftpd/http/file_service.h"
#include "tftpd/phones/lease_table.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/server/tftp_server.h"

#include <utility>

namespace branchline {
namespace {

constexpr char resolver_thread[] = "resolver";

}  // namespace

SelfWatch::SelfWatch(Resolver& resolver, TftpServer& tftp, HttpFileService& http, const LeaseTable& leases)
    : resolver_(resolver), tftp_(tftp), http_(http), leases_(leases) {}

void SelfWatch::beat() {
    auto hangs = tftp_.beat();
    if (resolver_.beat() >= ThreadPulse::dead) {
        hangs = resolver_thread;
    }
    if (http_.beat() >= ThreadPulse::dead) {
        hangs = "http";
    }
    const std::lock_guard lock(mutex_);
    hangs_ = hangs;
}

std::string SelfWatch::look(std::string reason, TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (!hangs_.empty()) {
        reason = "the thread " + hangs_ + " hangs";
    }
    not_serving_ = reason;
    last_look_ = now;
    return reason;
}

std::string SelfWatch::status() {
    const std::lock_guard lock(mutex_);
    const auto count = config_->clusters.size();
    auto text = not_serving_.empty() ? "serving, " + std::to_string(count) + (count == 1 ? " cluster" : " clusters")
                                     : "not serving: " + not_serving_;
    return reload_refused_ ? text + "; the last new configuration was refused, see the log" : text;
}

bool SelfWatch::all_threads_live() {
    const std::lock_guard lock(mutex_);
    return hangs_.empty();
}

void SelfWatch::ending() {
    const std::lock_guard lock(mutex_);
    not_serving_ = "the service is ending";
}

void SelfWatch::configured(ConfigPtr config, TimePoint now) {
    const std::lock_guard lock(mutex_);
    config_ = std::move(config);
    reloaded_ = now;
}

void SelfWatch::reload_refused(bool refused) {
    const std::lock_guard lock(mutex_);
    reload_refused_ = refused;
}

AdminAnswer SelfWatch::health(TimePoint now) {
    const std::lock_guard lock(mutex_);
    auto reason = not_serving_;
    if (reason.empty() && now - last_look_ > main_thread_patience) {
        reason = "the main thread hangs";
    }
    AdminAnswer answer;
    answer.status = reason.empty() ? 200 : 503;
    answer.body = reason.empty() ? "serving\n" : "not serving: " + reason + '\n';
    return answer;
}

MetricsSnapshot SelfWatch::snapshot(TimePoint now) {
    MetricsSnapshot snapshot;
    snapshot.serving = health(now).status == 200;
    bool resolver_answers = false;
    {
        const std::lock_guard lock(mutex_);
        resolver_answers = hangs_ != resolver_thread;
        snapshot.reload_refused = reload_refused_;
        snapshot.since_reload = std::chrono::duration_cast<std::chrono::seconds>(now - reloaded_);
        snapshot.tftp_transfer_limit = config_->limits.transfers;
        snapshot.cache_limit = config_->cache.max_size;
    }
    snapshot.version = version();
    snapshot.tftp_transfers = tftp_.transfers();
    snapshot.http_connections = http_.connections();
    snapshot.phones_known = leases_.size();
    snapshot.cache = resolver_.cache_totals();
    if (resolver_answers) {
        snapshot.clusters = resolver_.cluster_status();
    }
    return snapshot;
}

AdminPages SelfWatch::pages() {
    return {
        {"/healthz", [this](const AdminRequest&) { return health(Clock::now()); }},
        {"/metrics",
         [this](const AdminRequest&) { return AdminAnswer{200, metrics_content_type, metrics_text(snapshot(Clock::now()))}; }},
    };
}

}  // namespace branchline
