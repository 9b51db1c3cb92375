// What lives between load() and unload(): the settings in force, the surroundings, the queue of events, the counters, and the
// one helper thread that does everything which may wait — netlink, the daemon's server table, datagrams, statistics.
//
// Packet threads only read (Published) and put (EventQueue): they make no system call, not even to wake the helper, which looks
// at the queue every 10 ms while phones come and every 50 ms else. (Waking it cost 8 us a packet, more than all the rest.)
// unload() joins the thread and destroys all of it.
#pragma once

#include "kea-hooks/chosen_servers.h"
#include "kea-hooks/configuration.h"
#include "kea-hooks/events.h"
#include "kea-hooks/interface_watch.h"
#include "kea-hooks/lease_reader.h"
#include "kea-hooks/published.h"
#include "kea-hooks/rogue_probe.h"
#include "kea-hooks/statistics.h"
#include "kea-hooks/surroundings.h"
#include "kea-hooks/told_leases.h"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace branchline::hook {

class Runtime {
public:
    /// `server_table`: path of the daemon's file.
    Runtime(Family family, std::string server_table);
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;
    ~Runtime();

    /// Reads the addresses once, then starts the helper thread, unless it runs. On the main thread, after each configuration.
    void start();

    Published<InForce> table;
    Published<Surroundings> surroundings;
    Published<Bytes> own_duid;  ///< of this DHCPv6 server; null until it has answered somebody
    EventQueue events;
    Statistics statistics;

private:
    void run();
    void once_a_second();
    bool read_server_table();
    bool is_silent(std::int64_t written);
    void publish_surroundings();
    void send_events();
    void warn_of_drops();
    void find_listener();
    void compare_leases();
    void tell_leases();
    void tell_scopes();
    void look_for_strangers();
    void tell_if_stranger(const EventRecord& said, const Setting& setting);

    const std::string server_table_;
    InterfaceWatch watch_;
    EventSender sender_;
    LeaseReader reader_;
    ToldLeases told_;
    RogueProbe probe_;
    ChosenServers chosen_;
    Surroundings now_;          ///< the helper's own copy
    int stop_descriptor_ = -1;  ///< eventfd, readable once the thread is to end
    std::atomic<bool> stop_{false};
    std::chrono::steady_clock::time_point busy_until_{};  ///< look at the queue more often until then
    std::chrono::steady_clock::time_point give_up_at_{};  ///< a full socket is tried again until then
    bool waiting_ = false;                                ///< an event waits for a full socket
    bool giving_up_ = false;                              ///< the socket stayed full: drop until one gets through
    std::chrono::steady_clock::time_point next_drop_warning_{};
    std::int64_t drops_warned_ = 0;
    std::string event_socket_;                              ///< the global one: where leases are told
    std::string listener_;                                  ///< which socket file is there; another one knows nothing yet
    std::chrono::steady_clock::time_point asked_at_{};      ///< for a page, when one is awaited
    std::chrono::steady_clock::time_point next_round_{};    ///< of comparing all leases
    isc::data::ConstElementPtr told_scopes_;                ///< what the listener was told of the scopes
    std::chrono::steady_clock::time_point scopes_again_{};  ///< not before, after it could not be told
    unsigned seconds_ = 0;
    std::int64_t last_written_ = 0;                     ///< when the daemon says that it wrote its table; 0 = never seen
    std::chrono::steady_clock::time_point heard_at_{};  ///< when that was seen
    std::thread thread_;
};

/// The library's one Runtime; null outside load()…unload().
Runtime* runtime();

}  // namespace branchline::hook
