// What the hook adds to one DHCP answer: the send callouts run through Kea's HooksManager with and without the library loaded,
// in this process, best of several rounds. Prints microseconds a callout; exits 1 when the library adds more than 5.
//
// The daemon's socket is absent on purpose in one row and there in another: an event that nobody takes must not cost more.
#include "hook_driver.h"

#include <dhcp/dhcp4.h>
#include <dhcp/dhcp6.h>
#include <dhcpsrv/cfgmgr.h>
#include <hooks/hooks_manager.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <optional>
#include <string>

using namespace branchline::hook;
using namespace isc::dhcp;

namespace {

constexpr double limit = 5.0;  ///< microseconds a callout
constexpr int rounds = 60;     ///< short ones: on a busy machine one of them runs undisturbed
int callouts_a_round = 2000;   ///< the first argument, when there is one

/// Time that this thread has spent computing, which other processes do not lengthen.
double microseconds_used() {
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

/// Microseconds a call, the best round.
double measure(const std::function<void()>& call) {
    double best = 1e9;
    for (int round = 0; round < rounds; ++round) {
        const double start = microseconds_used();
        for (int i = 0; i < callouts_a_round; ++i) {
            call();
        }
        best = std::min(best, (microseconds_used() - start) / callouts_a_round);
    }
    return best;
}

double bench4(LoadedHook& hook) {
    const auto query = query4(DHCPREQUEST);
    const auto subnet = subnet4();
    return measure([&] {
        const auto response = response4(DHCPACK);
        hook.send4(query, response, subnet);
    });
}

double bench6(LoadedHook& hook) {
    const auto query = query6(DHCPV6_REQUEST);
    const auto subnet = subnet6();
    return measure([&] {
        const auto response = response6(DHCPV6_REPLY);
        hook.send6(query, response, subnet);
    });
}

double with_hook(LoadedHook::Server server, const std::string& parameters) {
    LoadedHook hook(server, parameters);
    if (!hook.loaded() || !hook.configure().empty()) {
        std::fprintf(stderr, "hook-bench: the library does not load\n");
        std::exit(1);
    }
    return server == LoadedHook::Server::dhcp4 ? bench4(hook) : bench6(hook);
}

double without_hook(LoadedHook::Server server) {
    LoadedHook hook(server, R"({ "event-socket": "" })");
    isc::hooks::HooksManager::prepareUnloadLibraries();
    isc::hooks::HooksManager::unloadLibraries();
    return server == LoadedHook::Server::dhcp4 ? bench4(hook) : bench6(hook);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) {
        callouts_a_round = std::max(1, std::atoi(argv[1]));
    }
    const std::string servers =
        R"("tftp-servers": [ "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2" ], "order": "spread")";
    bool good = true;
    std::printf("%-10s %-16s %12s %12s %10s\n", "callout", "events", "without us", "with us us", "adds us");
    for (const auto server : {LoadedHook::Server::dhcp4, LoadedHook::Server::dhcp6}) {
        const double bare = without_hook(server);
        for (const bool events : {false, true}) {
            const std::string socket = events ? "/nonexistent/branchline-events.sock" : "";
            const double loaded = with_hook(server, "{ " + servers + ", \"event-socket\": \"" + socket + "\" }");
            std::printf("%-10s %-16s %12.2f %12.2f %10.2f\n", server == LoadedHook::Server::dhcp4 ? "pkt4_send" : "pkt6_send",
                        events ? "on" : "off", bare, loaded, loaded - bare);
            good = good && loaded - bare <= limit;
        }
    }
    if (!good) {
        std::printf("hook-bench: more than %.0f us a callout\n", limit);
    }
    return good ? 0 : 1;
}
