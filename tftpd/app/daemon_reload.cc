// Which configuration is in force, and how another one takes its place.
#include "tftpd/app/config_file.h"
#include "tftpd/app/daemon_impl.h"
#include "tftpd/app/logging.h"
#include "tftpd/app/opening.h"
#include "tftpd/app/server_identity.h"
#include "tftpd/log/log.h"

#include "app_messages.h"

#include <stdexcept>
#include <vector>

namespace branchline {
namespace {

/// Steps that were taken and are to be taken back, newest first, unless all went well.
class Undo {
public:
    Undo() = default;
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo() {
        for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
            try {
                (*step)();
            } catch (const std::exception& error) {
                LOG_ERROR(app_logger, APP_SWITCH_BACK_FAILED).arg(error.what());
            }
        }
    }
    void add(std::function<void()> step) { steps_.push_back(std::move(step)); }
    void keep_all() { steps_.clear(); }

private:
    std::vector<std::function<void()>> steps_;
};

}  // namespace

ConfigPtr Daemon::Impl::with_options(const ConfigPtr& read) const {
    if (!options.tftp_port) {
        return read;
    }
    auto changed = std::make_shared<Config>(*read);
    const auto single_port = read->transfer_ports.first == read->tftp_port && read->transfer_ports.last == read->tftp_port;
    changed->tftp_port = *options.tftp_port;
    if (single_port) {
        changed->transfer_ports = {*options.tftp_port, *options.tftp_port};
    }
    return changed;
}

void Daemon::Impl::log_warnings(const ReadConfig& read) const {
    for (const auto& warning : read.warnings) {
        LOG_WARN(app_logger, APP_CONFIG_WARNING).arg(warning);
    }
}

// All parts or none: whoever refuses throws, and those that had switched are switched back. TFTP comes last of those that can
// refuse, so that its ports, on which transfers are running, never have to be changed back.
void Daemon::Impl::switch_to(const ReadConfig& read) {
    const Loggers loggers(read.document, options.debug);
    const auto next = with_options(read.config);
    const auto old = config;
    Undo undo;
    opening(read.document, "control-socket", [&] { control->open(next->control_socket); });
    undo.add([this, old] { control->open(old->control_socket); });
    // Read again each time: a certificate may have been renewed in its place.
    tls::ServerContextPtr next_tls;
    opening(read.document, "trust", [&] { next_tls = open_server_identity(*next); });
    opening(read.document, "http-port", [&] { http->reconfigure(next, next_tls); });
    undo.add([this, old, old_tls = tls_context] { http->reconfigure(old, old_tls); });
    opening(read.document, "tvs-port", [&] { tvs->reconfigure(next, next_tls); });
    undo.add([this, old, old_tls = tls_context] { tvs->reconfigure(old, old_tls); });
    opening(read.document, "admin-listener", [&] { admin->reconfigure(next->admin_listener, next_tls); });
    undo.add([this, old, old_tls = tls_context] { admin->reconfigure(old->admin_listener, old_tls); });
    opening(read.document, "tftp-port", [&] { tftp->reconfigure(next); });
    resolver->reconfigure(next);
    prewarmer->reconfigure(next->prewarm);
    history_keeper->use(next->phone_history);
    undo.keep_all();

    loggers.apply();
    config = next;
    if (next_tls && (!tls_context || !same_certificates(*next_tls->identity(), *tls_context->identity()))) {
        log_identity(*next_tls);
    }
    tls_context = next_tls;
    document = read.document;
    reloaded = Clock::now();
    self_watch->configured(config, reloaded);
    if (next->event_socket != old->event_socket) {
        events->stop();
        receive_events();
    }
    tell_hook();
    log_warnings(read);
    LOG_INFO(app_logger, APP_RELOADED).arg(options.file).arg(next->clusters.size());
}

// A new configuration, whoever asked for it. Throws what reading it or a part of the daemon throws; the old one runs then.
void Daemon::Impl::take(const std::function<ReadConfig()>& read) {
    if (stopping) {
        throw std::runtime_error("the daemon is ending and takes no new configuration");
    }
    service_manager.reloading(Clock::now());
    try {
        switch_to(read());
    } catch (...) {
        self_watch->reload_refused(true);
        service_manager.ready(self_watch->status());
        throw;
    }
    self_watch->reload_refused(false);
    service_manager.ready(self_watch->status());
}

void Daemon::Impl::reload_from_file() {
    take([this] { return read_config_file(options.file); });
}

}  // namespace branchline
