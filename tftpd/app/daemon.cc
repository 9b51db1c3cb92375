#include "tftpd/app/daemon_impl.h"

#include "tftpd/app/config_file.h"
#include "tftpd/app/logging.h"
#include "tftpd/app/opening.h"
#include "tftpd/app/server_identity.h"
#include "tftpd/config/machine.h"
#include "tftpd/control/version.h"
#include "tftpd/log/log.h"
#include "tftpd/server/interface_filter.h"
#include "tftpd/trust/signer.h"
#include "tftpd/tvs/answers.h"
#include "tftpd/trust/wall_clock.h"

#include "app_messages.h"

#include <boost/asio/post.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <thread>

namespace branchline {
namespace {

using boost::system::error_code;
using isc::data::ConstElementPtr;

constexpr std::chrono::seconds tick{1};
constexpr std::chrono::milliseconds answer_time{100};         // for the answer to "shutdown" to reach who sent it
constexpr std::chrono::milliseconds drain_step{10};           // between looks whether the last transfer has ended
constexpr char console_accounts[] = "console/accounts.json";  // beside the cache
constexpr char phone_history[] = "phones/history.db";         // the same
constexpr rlim_t wanted_descriptors = 16384;                  // 2,500 HTTP connections, 4,096 files, remote servers

// As many descriptors as we may have without asking anyone.
void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted_descriptors) {
        limit.rlim_cur = std::min(limit.rlim_max, wanted_descriptors);
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

bool is_ready(const std::future<std::size_t>& result) {
    return result.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace

void Daemon::Impl::start_parts(const ReadConfig& read) {
    config = with_options(read.config);
    document = read.document;
    log_warnings(read);
    certificates = std::make_unique<trust::CertificateStores>(config->trust.path / "stores");
    certificate_watch = std::make_unique<CertificateWatch>(*certificates);
    certificate_watch->log_faults();
    own_lists = std::make_unique<trust::OwnLists>(config->trust.path / "lists");
    for (const auto& fault : own_lists->faults()) {
        LOG_ERROR(app_logger, TRUST_LIST_UNREADABLE).arg(fault);
    }
    history = std::make_unique<History>(config->cache.path.parent_path() / phone_history, config->phone_history);
    phones = std::make_unique<PhoneWatch>(leases, [this] { return load_history(*history); });
    history_keeper = std::make_unique<HistoryKeeper>(*history, *phones, config->phone_history);
    resolver = std::make_unique<Resolver>(config, leases, TrustSources{certificates.get(), own_lists.get()});
    prewarmer = std::make_unique<Prewarmer>(*resolver, config->prewarm);
    const FileListener listener = [this](FileReport report) { phones->heard(std::move(report)); };
    opening(document, "tftp-port", [&] { tftp = std::make_unique<TftpServer>(config, *resolver, listener); });
    opening(document, "trust", [&] { tls_context = open_server_identity(*config); });
    if (tls_context) {
        log_identity(*tls_context);
    }
    opening(document, "http-port", [&] { http = std::make_unique<HttpFileService>(config, *resolver, listener, tls_context); });
    opening(document, "tvs-port", [&] { tvs = std::make_unique<TvsService>(config, tls_context, tvs_look_up()); });
    service = std::make_unique<ServiceSwitch>(*tftp, *http);
    self_watch = std::make_unique<SelfWatch>(*resolver, *tftp, *http, leases);
    self_watch->configured(config, Clock::now());
    console = std::make_unique<Console>(config->cache.path.parent_path() / console_accounts, console_daemon());
    admin = std::make_unique<AdminService>(config->admin_listener, self_watch->pages(), console->site(), tls_context);
    partners = std::make_unique<PartnerWatch>(
        io->getInternalIOService(), [](const IpAddress& address) { return this_machine().has(address); },
        [this] { tell_hook(); });
    events = std::make_unique<EventReceiver>(leases, [this](const api::LeaseEvent& event) { on_lease(event); });
    receive_events();
    control = std::make_unique<ControlSocket>(io);
    exchange = std::make_unique<Exchange>(io->getInternalIOService());
    started = reloaded = Clock::now();
    commands = std::make_unique<Commands>(command_targets());
    opening(document, "control-socket", [this] { control->open(config->control_socket); });
    server_table = std::make_unique<ServerTableWriter>();
}

// Without events phones boot all the same; only what is known about them is less.
void Daemon::Impl::receive_events() {
    if (config->event_socket.empty()) {
        return;
    }
    if (const auto receiving = events->start(config->event_socket); !receiving) {
        LOG_WARN(app_logger, APP_EVENTS_UNAVAILABLE).arg(receiving.error().text);
    }
}

// On the receiver's thread. A phone that gets a lease boots: what was remembered of it may be out of date.
void Daemon::Impl::on_lease(const api::LeaseEvent& event) {
    phones->heard(event);
    using Kind = api::LeaseEvent::Kind;
    if (event.kind != Kind::elsewhere) {
        partners->named(event.servers);
    } else if (!event.servers.empty()) {
        const auto phone = event.mac ? to_text(*event.mac) : std::string();
        if (strangers.seen(event.servers.front(), phone, Clock::now())) {
            LOG_WARN(app_logger, APP_FOREIGN_DHCP).arg(escaped(event.servers.front())).arg(phone.empty() ? "none" : phone);
        }
    }
    if (event.mac && (event.kind == Kind::seen || event.kind == Kind::committed || event.kind == Kind::renewed)) {
        auto digits = to_digits(*event.mac);
        if (event.kind != Kind::renewed && !boots.begins(digits, event.family, Clock::now())) {
            return;
        }
        // A renewal is no boot: what the phone asked then it does not ask now.
        auto names = event.kind == Kind::renewed ? std::vector<std::string>() : phones->names_asked(*event.mac);
        resolver->phone_boots(std::move(digits), std::move(names));
    }
}

tls::IdentityPtr Daemon::Impl::identity() const {
    return tls_context ? tls_context->identity() : nullptr;
}

// Called on the service's thread.
TvsService::LookUp Daemon::Impl::tvs_look_up() {
    return [this](const tvs::Query& query, const tls::Identity& shown) {
        std::vector<tvs::Own> own;
        if (const auto signer = resolver->signer()) {
            own.push_back({signer->certificate(), {trust::Role::sast, trust::Role::tftp}});
        }
        for (const auto& one : shown) {
            own.push_back({one.certificate(), {trust::Role::tftp}});
        }
        return tvs::look_up(query, *certificates->snapshot(), own);
    };
}

CommandTargets Daemon::Impl::command_targets() {
    CommandTargets targets;
    targets.resolver = resolver.get();
    targets.prewarmer = prewarmer.get();
    targets.tftp = tftp.get();
    targets.http = http.get();
    targets.service = service.get();
    targets.phones = phones.get();
    targets.strangers = &strangers;
    targets.certificates = certificates.get();
    targets.own_lists = own_lists.get();
    targets.exchange = exchange.get();
    targets.identity = [this] { return identity(); };
    targets.config = [this] { return config; };
    targets.config_document = [this] { return document; };
    targets.test_config = [this](const ConstElementPtr& wanted) {
        const auto read = read_config_document(wanted);
        const Loggers readable(read.document, options.debug);
    };
    targets.set_config = [this](const ConstElementPtr& wanted) { take([&] { return read_config_document(wanted); }); };
    targets.reload_config = [this] { reload_from_file(); };
    targets.write_config = [this](const std::string& name) {
        const auto path = target_for_writing(options.file, name);
        write_config_file(path, document);
        LOG_INFO(app_logger, APP_CONFIG_WRITTEN).arg(path.string());
        return path.string();
    };
    targets.shut_down = [this] { stop_soon("command"); };
    targets.not_serving_reason = [this] { return why_not_serving(); };
    targets.tell_hook = [this] { tell_hook(); };
    targets.started = started;
    targets.reloaded = [this] { return reloaded; };
    targets.leases = &leases;
    targets.partner_states = [this] { return partners->states(); };
    targets.set_console_password = [this](const std::string& user, const std::string& password) {
        return console->set_password(user, password);
    };
    targets.threads = [this] {
        return config->threads != 0 ? config->threads : std::max(1U, std::thread::hardware_concurrency());
    };
    return targets;
}

Console::Daemon Daemon::Impl::console_daemon() {
    return {
        .run = [this](const std::string& name, const ConstElementPtr& arguments) { return commands->run(name, arguments); },
        .post = [this](std::function<void()> work) { boost::asio::post(io->getInternalIOService(), std::move(work)); },
        .version = version(),
        .under_way = [this] { return UnderWay{tftp->transfers(), http->connections()}; },
    };
}

void Daemon::Impl::wait_for_signal() {
    signals.async_wait([this](const error_code& error, int signal) {
        if (error) {
            return;
        }
        if (signal != SIGHUP && stopping) {
            return;
        }
        if (signal != SIGHUP) {
            why_stopped = "signal " + std::to_string(signal);
            return io->stop();
        }
        // The other place where a ConfigError ends, besides main and the commands: nobody waits for an answer here but the log.
        try {
            reload_from_file();
        } catch (const std::exception& fault) {
            LOG_ERROR(app_logger, APP_RELOAD_REFUSED).arg(fault.what());
        }
        wait_for_signal();
    });
}

void Daemon::Impl::wait_for_tick() {
    ticker.expires_after(tick);
    ticker.async_wait([this](const error_code& error) {
        if (!error && !stopping) {
            service->tick(Clock::now());
            self_watch->beat();
            certificate_watch->look(identity(), Clock::now(), trust::wall_now());
            tell_hook();
            console->tick(Clock::now());
            service_manager.status_is(self_watch->status());
            if (self_watch->all_threads_live()) {
                service_manager.alive();
            }
            wait_for_tick();
        }
    });
}

std::string Daemon::Impl::why_not_serving() const {
    auto reason = tftp->not_serving_reason();
    if (reason.empty() && !InterfaceFilter(config->interfaces).has_address()) {
        reason = "no interface of \"interfaces-config\" has an address";
    }
    return reason;
}

void Daemon::Impl::tell_hook() {
    auto reason = self_watch->look(why_not_serving(), Clock::now());
    if (reason != not_serving) {
        if (reason.empty()) {
            LOG_INFO(app_logger, APP_SERVING).arg(config->tftp_port);
        } else {
            LOG_WARN(app_logger, APP_NOT_SERVING).arg(reason);
        }
        not_serving = std::move(reason);
    }
    server_table->write(config->control_socket.empty() ? config->event_socket : config->control_socket, not_serving.empty(),
                        partners->states());
}

void Daemon::Impl::stop_soon(const std::string& why) {
    if (stopping) {
        return;
    }
    why_stopped = why;
    stopper.expires_after(answer_time);
    stopper.async_wait([this](const error_code& error) {
        if (!error) {
            io->stop();
        }
    });
}

// Whoever asks meanwhile is told how far the end is, and not left without an answer.
void Daemon::Impl::answer_commands_until(const std::function<bool()>& done) {
    io->restart();
    while (!done()) {
        try {
            io->getInternalIOService().run_one_for(drain_step);
        } catch (const std::exception& error) {
            LOG_ERROR(app_logger, APP_HANDLER_FAILED).arg(error.what());
        }
    }
}

void Daemon::Impl::stop() {
    stopping = true;
    LOG_INFO(app_logger, APP_STOPPING).arg(why_stopped);
    service_manager.stopping("ending: " + why_stopped);
    self_watch->ending();
    server_table->write(config->control_socket.empty() ? config->event_socket : config->control_socket, false);
    auto http_cut = std::async(std::launch::async, [this] { return http->drain(drain_limit); });
    auto tftp_cut = std::async(std::launch::async, [this] { return tftp->drain(drain_limit); });
    answer_commands_until([&] { return is_ready(http_cut) && is_ready(tftp_cut); });
    const auto cut = tftp_cut.get() + http_cut.get();
    exchange.reset();
    commands.reset();
    control.reset();
    events.reset();
    partners.reset();
    service.reset();
    admin.reset();
    console.reset();
    self_watch.reset();
    http.reset();
    tftp.reset();
    prewarmer.reset();
    resolver.reset();
    phones->stop();
    history_keeper.reset();
    phones.reset();
    history.reset();
    server_table.reset();
    LOG_INFO(app_logger, APP_STOPPED).arg(cut);
}

Daemon::Daemon(DaemonOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Daemon::~Daemon() = default;

void Daemon::start() {
    start_logging(impl_->options.debug);
    const auto read = read_config_file(impl_->options.file);
    Loggers(read.document, impl_->options.debug).apply();
    raise_descriptor_limit();
    std::signal(SIGPIPE, SIG_IGN);
    for (const int signal : {SIGHUP, SIGTERM, SIGINT}) {
        impl_->signals.add(signal);
    }
    impl_->start_parts(read);
    impl_->tell_hook();
    impl_->wait_for_signal();
    impl_->wait_for_tick();
    const auto& config = *impl_->config;
    LOG_INFO(app_logger, APP_STARTED)
        .arg(version())
        .arg(impl_->options.file)
        .arg(config.tftp_port)
        .arg(config.http_port)
        .arg(config.clusters.size());
    impl_->service_manager.ready(impl_->self_watch->status());
}

void Daemon::run() {
    while (impl_->why_stopped.empty() || !impl_->io->stopped()) {
        try {
            impl_->io->run();
        } catch (const std::exception& error) {
            LOG_ERROR(app_logger, APP_HANDLER_FAILED).arg(error.what());
        }
    }
    impl_->stop();
}

}  // namespace branchline
