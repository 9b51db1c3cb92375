// The daemon's parts and what holds them together. daemon.cc starts, watches and ends them; daemon_reload.cc gives them another
// configuration. For these two files only.
#pragma once

#include "tftpd/app/boot_watch.h"
#include "tftpd/app/certificate_watch.h"
#include "tftpd/app/control_socket.h"
#include "tftpd/app/daemon.h"
#include "tftpd/app/notify.h"
#include "tftpd/app/self_watch.h"
#include "tftpd/app/server_table_writer.h"
#include "tftpd/base/clock.h"
#include "tftpd/config/config_reader.h"
#include "tftpd/console/console.h"
#include "tftpd/control/commands.h"
#include "tftpd/control/service_switch.h"
#include "tftpd/exchange/exchange.h"
#include "tftpd/http/admin_service.h"
#include "tftpd/http/file_service.h"
#include "tftpd/phones/event_receiver.h"
#include "tftpd/phones/history_keeper.h"
#include "tftpd/phones/phone_watch.h"
#include "tftpd/phones/strangers.h"
#include "tftpd/resolve/prewarmer.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/server/tftp_server.h"
#include "tftpd/tls/server_context.h"
#include "tftpd/trust/own_lists.h"
#include "tftpd/tvs/service.h"
#include "tftpd/upstream/partner_watch.h"

#include <asiolink/io_service.h>

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>

namespace branchline {

struct Daemon::Impl {
    explicit Impl(DaemonOptions given) : options(std::move(given)) {}

    [[nodiscard]] ConfigPtr with_options(const ConfigPtr& read) const;
    void start_parts(const ReadConfig& read);
    void receive_events();
    void on_lease(const api::LeaseEvent& event);
    void take(const std::function<ReadConfig()>& read);
    void switch_to(const ReadConfig& read);
    void reload_from_file();
    void log_warnings(const ReadConfig& read) const;
    void wait_for_signal();
    void wait_for_tick();
    [[nodiscard]] std::string why_not_serving() const;
    void tell_hook();
    void stop_soon(const std::string& why);
    void answer_commands_until(const std::function<bool()>& done);
    void stop();
    [[nodiscard]] tls::IdentityPtr identity() const;
    [[nodiscard]] TvsService::LookUp tvs_look_up();
    [[nodiscard]] CommandTargets command_targets();
    [[nodiscard]] Console::Daemon console_daemon();

    const DaemonOptions options;
    isc::asiolink::IOServicePtr io{new isc::asiolink::IOService()};
    boost::asio::signal_set signals{io->getInternalIOService()};
    boost::asio::steady_timer ticker{io->getInternalIOService()};
    boost::asio::steady_timer stopper{io->getInternalIOService()};

    ConfigPtr config;
    isc::data::ConstElementPtr document;
    TimePoint started{};
    TimePoint reloaded{};
    std::string not_serving{};
    bool stopping = false;
    std::string why_stopped{};
    ServiceManager service_manager;

    // From the ground up; what is declared later stands on what is declared before, and goes first.
    tls::ServerContextPtr tls_context;  ///< null: no certificate to show
    std::unique_ptr<trust::CertificateStores> certificates;
    std::unique_ptr<CertificateWatch> certificate_watch;
    std::unique_ptr<trust::OwnLists> own_lists;
    LeaseTable leases;
    std::unique_ptr<History> history;
    std::unique_ptr<PhoneWatch> phones;
    std::unique_ptr<HistoryKeeper> history_keeper;
    std::unique_ptr<Resolver> resolver;
    std::unique_ptr<Prewarmer> prewarmer;
    std::unique_ptr<TftpServer> tftp;
    std::unique_ptr<HttpFileService> http;
    std::unique_ptr<TvsService> tvs;
    std::unique_ptr<ServiceSwitch> service;
    std::unique_ptr<SelfWatch> self_watch;
    std::unique_ptr<Console> console;
    std::unique_ptr<AdminService> admin;
    std::unique_ptr<PartnerWatch> partners;
    Strangers strangers;
    BootWatch boots;  ///< the event receiver's thread's own
    std::unique_ptr<EventReceiver> events;
    std::unique_ptr<Exchange> exchange;
    std::unique_ptr<ControlSocket> control;
    std::unique_ptr<Commands> commands;
    std::unique_ptr<ServerTableWriter> server_table;
};

}  // namespace branchline
