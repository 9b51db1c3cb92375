// The resolver's parts and what holds them together. resolver.cc starts, reconfigures and ends them; resolver_answers.cc
// answers questions; resolver_status.cc tells commands what is known. For these three files only.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/base/thread_pulse.h"
#include "tftpd/resolve/binding_check.h"
#include "tftpd/resolve/device_name_limit.h"
#include "tftpd/resolve/file_signer.h"
#include "tftpd/resolve/home_table.h"
#include "tftpd/resolve/list_answers.h"
#include "tftpd/resolve/loop_watch.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/resolve/resolver_core.h"
#include "tftpd/resolve/secure_gate.h"
#include "tftpd/store/file_cache.h"
#include "tftpd/store/file_store.h"
#include "tftpd/store/io_thread.h"
#include "tftpd/store/log_limit.h"
#include "tftpd/upstream/cluster_fetch.h"
#include "tftpd/upstream/discovery.h"
#include "tftpd/upstream/prober.h"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace branchline {

struct Resolver::Impl {
    /// What callers look at on their own threads; replaced as a whole.
    struct View {
        ConfigPtr config;
        std::shared_ptr<const FileStore> files;
        std::shared_ptr<FileCache> cache;
        std::shared_ptr<FileSigner> signer;  // none: nothing is signed
    };

    Impl(ConfigPtr config, const LeaseTable& leases, TrustSources trust);
    ~Impl();

    View view() {
        const std::scoped_lock lock(mutex);
        return now;
    }

    void arm();
    [[nodiscard]] std::string lease_holder(const IpAddress& address) const;
    [[nodiscard]] static bool is_common(const FileName& name, const Config& config);
    [[nodiscard]] std::optional<std::string> home_for(const FileName& name, const Question& question, const Config& config);
    [[nodiscard]] std::function<void(Answer)> learning(const FileName& name, const Question& question,
                                                       std::function<void(Answer)> done);
    void ask_home(const View& view, const FileName& name, const Question& question, const std::string& home,
                  std::function<void(Answer)> done);
    void answer_here(const View& view, const FileName& name, const Question& question, std::function<void(Answer)> done);
    [[nodiscard]] bool answer_by_signer(const View& view, const FileName& name, const Question& question,
                                        std::function<void(Answer)>& done);
    void ask_others(const View& view, const FileName& name, const Question& question, std::function<void(Answer)> done);
    [[nodiscard]] std::optional<Answer> refusal(const FileName& name, const Question& question, const Config& config);
    [[nodiscard]] std::optional<Answer> bound(const FileName& name, const IpAddress& asked_by, const Config& config);
    [[nodiscard]] std::optional<Answer> limited(const FileName& name, const IpAddress& asked_by, const Config& config);
    [[nodiscard]] ConfigPtr effective();
    void use(const ConfigPtr& config, const std::shared_ptr<FileCache>& cache);
    void on_learned();

    const SecureGate::Certificates certificates;
    const std::shared_ptr<SecureGate> gate;
    const ListAnswers lists;
    const LeaseTable& leases;
    HomeTable homes;
    std::mutex mutex;
    View now;
    const std::shared_ptr<NegativeCache> negative = std::make_shared<NegativeCache>();
    LoopWatch loops;
    BindingCheck binding;
    DeviceNameLimit device_names;
    LogLimit loop_log;  ///< marks can be put on requests from any number of addresses

    // What follows is used on this thread only.
    IoThread thread;
    boost::asio::steady_timer timer{thread.io()};
    std::optional<TimePoint> armed;
    HealthTable health;
    RateTable rates;
    ConfigPtr configured;  // as the operator wrote it; `now` has the learned clusters, too
    std::unique_ptr<ClusterDiscovery> discovery;
    ClusterTrafficTable traffic;
    std::unique_ptr<ResolverCore> core;
    std::unique_ptr<Prober> prober;
    ThreadPulse pulse;  // of the one who asks
};

}  // namespace branchline
