// What every daemon of Kea's family answers about itself: status-get, statistic-*, version-get, build-report, shutdown.
#include "tftpd/base/counters.h"
#include "tftpd/control/answers.h"
#include "tftpd/control/arguments.h"
#include "tftpd/control/command_list.h"
#include "tftpd/control/version.h"
#include "tftpd/http/file_service.h"
#include "tftpd/phones/strangers.h"
#include "tftpd/server/tftp_server.h"
#include "tftpd/trust/expiry_watch.h"
#include "tftpd/trust/wall_clock.h"
#include "tftpd/control/certificate_element.h"

#include <util/chrono_time_utils.h>

#include <unistd.h>

#include <algorithm>

namespace branchline {
namespace {

using isc::config::createAnswer;
using isc::data::ConstElementPtr;
using isc::data::Element;
using isc::data::ElementPtr;

ElementPtr seconds_since(TimePoint then) {
    return Element::create(std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - then).count());
}

// Kea's shape of a statistic: a list of samples, the newest first; we keep one.
ElementPtr sample(std::uint64_t value) {
    auto one = Element::createList();
    one->add(number(value));
    one->add(Element::create(isc::util::clockToText(std::chrono::system_clock::now())));
    auto samples = Element::createList();
    samples->add(one);
    return samples;
}

/// What is counted, and what is so at this moment.
struct Statistic {
    std::string name;
    std::uint64_t value;
};

std::vector<Statistic> statistics(const CommandTargets& targets) {
    std::vector<Statistic> all;
    all.reserve(counter_names.size() + 3);
    for (std::size_t i = 0; i < counter_names.size(); ++i) {
        all.push_back({std::string(counter_names[i]), counters.get(static_cast<Counter>(i))});
    }
    all.push_back({"tftp-transfers-running", targets.tftp != nullptr ? targets.tftp->transfers() : 0});
    all.push_back({"foreign-dhcp-servers", targets.strangers != nullptr ? targets.strangers->all(Clock::now()).size() : 0});
    all.push_back({"http-connections-open", targets.http != nullptr ? targets.http->connections() : 0});
    return all;
}

// Those that end within 90 days or have ended, soonest first.
ElementPtr certificates_ending(const trust::CertificateStores& certificates, const std::vector<trust::ExpiryWatch::Own>& own) {
    const auto now = trust::wall_now();
    auto list = Element::createList();
    for (const auto& ending : trust::ExpiryWatch::endings(*certificates.snapshot(), own, now)) {
        auto one = Element::createMap();
        one->set("store", Element::create(ending.store));
        one->set("cluster-id", Element::create(ending.cluster));
        one->set("name", Element::create(shown_name(ending.name)));
        one->set("days-left", Element::create(static_cast<std::int64_t>(ending.days)));
        one->set("fingerprint", Element::create(ending.fingerprint));
        list->add(one);
    }
    return list;
}

// Those of the last day.
ElementPtr foreign_dhcp_servers(const Strangers& strangers) {
    auto list = Element::createList();
    for (const auto& stranger : strangers.all(Clock::now())) {
        auto one = Element::createMap();
        one->set("address", Element::create(escaped(stranger.server)));
        one->set("seen", seconds_since(stranger.seen));
        if (!stranger.phone.empty()) {
            one->set("phone", Element::create(stranger.phone));
        }
        list->add(one);
    }
    return list;
}

ConstElementPtr status(const CommandTargets& targets) {
    const auto config = targets.config();
    const auto reason = targets.not_serving_reason();
    auto arguments = Element::createMap();
    arguments->set("pid", number(static_cast<std::uint64_t>(::getpid())));
    arguments->set("uptime", seconds_since(targets.started));
    arguments->set("reload", seconds_since(targets.reloaded()));
    arguments->set("version", Element::create(version()));
    arguments->set("threads", number(targets.threads()));
    arguments->set("serving", Element::create(reason.empty()));
    if (!reason.empty()) {
        arguments->set("not-serving-reason", Element::create(reason));
    }
    auto sockets = Element::createMap();
    sockets->set("tftp-port", number(config->tftp_port));
    sockets->set("http-port", number(targets.http != nullptr ? targets.http->port() : 0));
    auto https = Element::createList();
    for (const auto port : targets.http != nullptr ? targets.http->https_ports() : std::vector<std::uint16_t>()) {
        https->add(number(port));
    }
    sockets->set("https-ports", https);
    sockets->set("control-socket", Element::create(config->control_socket));
    arguments->set("sockets", sockets);
    arguments->set("transfers", number(targets.tftp != nullptr ? targets.tftp->transfers() : 0));
    arguments->set("http-connections", number(targets.http != nullptr ? targets.http->connections() : 0));
    arguments->set("clusters", number(config->clusters.size()));
    if (targets.strangers != nullptr) {
        arguments->set("foreign-dhcp-servers", foreign_dhcp_servers(*targets.strangers));
    }
    if (targets.certificates != nullptr) {
        const auto own = tls::own_certificates(targets.identity ? targets.identity() : nullptr);
        arguments->set("certificates-ending", certificates_ending(*targets.certificates, own));
    }
    return createAnswer(success, arguments);
}

ConstElementPtr get_statistic(const CommandTargets& targets, const ConstElementPtr& arguments) {
    const auto name = Arguments("statistic-get", arguments, {"name"}).needed_text("name");
    auto found = Element::createMap();  // empty for an unknown name, as Kea answers it
    for (const auto& statistic : statistics(targets)) {
        if (statistic.name == name) {
            found->set(name, sample(statistic.value));
        }
    }
    return createAnswer(success, found);
}

ConstElementPtr get_all_statistics(const CommandTargets& targets) {
    auto all = Element::createMap();
    for (const auto& statistic : statistics(targets)) {
        all->set(statistic.name, sample(statistic.value));
    }
    return createAnswer(success, all);
}

ConstElementPtr reset_statistic(const ConstElementPtr& arguments) {
    const auto name = Arguments("statistic-reset", arguments, {"name"}).needed_text("name");
    const auto found = std::find(counter_names.begin(), counter_names.end(), name);
    if (found == counter_names.end()) {
        throw ArgumentError("no counter is called \"" + name + "\"; statistic-get-all lists them");
    }
    const auto counter = static_cast<Counter>(found - counter_names.begin());
    counters.add(counter, 0 - counters.get(counter));  // modulo 2^64: what is counted meanwhile stays
    return createAnswer(success, "Statistic '" + name + "' reset.");
}

}  // namespace

CommandList process_commands(const CommandTargets& targets) {
    return {
        {"status-get", [&targets](const ConstElementPtr&) { return status(targets); }},
        {"statistic-get", [&targets](const ConstElementPtr& arguments) { return get_statistic(targets, arguments); }},
        {"statistic-get-all", [&targets](const ConstElementPtr&) { return get_all_statistics(targets); }},
        {"statistic-reset", [](const ConstElementPtr& arguments) { return reset_statistic(arguments); }},
        {"statistic-reset-all",
         [](const ConstElementPtr&) {
             counters.reset();
             return createAnswer(success, "All statistics reset to zero.");
         }},
        {"version-get",
         [](const ConstElementPtr&) {
             auto arguments = Element::createMap();
             arguments->set("extended", Element::create(extended_version()));
             return createAnswer(success, version(), arguments);
         }},
        {"build-report", [](const ConstElementPtr&) { return createAnswer(success, build_report()); }},
        {"shutdown",
         [&targets](const ConstElementPtr& arguments) {
             // Kea's tools send a type or an exit value; there is one way to stop and one exit value here.
             const Arguments passed_over("shutdown", arguments, {"type", "exit-value"});
             targets.shut_down();
             return createAnswer(success, "Shutting down.");
         }},
    };
}

}  // namespace branchline
