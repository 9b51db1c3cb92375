#include "kea-hooks/runtime.h"

#include "kea-hooks/log.h"
#include "kea-hooks/stranger.h"
#include "tftpd/api/server_table.h"
#include "tftpd/client/daemon_client.h"

#include <messages.h>

#include <algorithm>
#include <ctime>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace branchline::hook {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds first_dump_wait{250};  ///< at most this long does a reconfiguration wait for the kernel
constexpr milliseconds busy_look{10};         ///< between two looks at the queue while phones come
constexpr milliseconds idle_look{50};
constexpr seconds busy_after_event{2};  ///< an OFFER makes ready for its ACK
constexpr milliseconds full_socket_retry{5};
constexpr milliseconds full_socket_patience{200};
constexpr unsigned dump_every = 30;  ///< seconds; news are not expected to get lost, this is the belt
constexpr seconds drop_warning_every{60};
constexpr seconds compare_every{3};
constexpr seconds page_patience{10};       ///< then it is asked for again
constexpr std::size_t told_at_once = 512;  ///< leases, before events have their turn again
constexpr milliseconds one_table_missed{1500};
constexpr milliseconds scopes_patience{500};  ///< meanwhile the queue of events has to be long enough
constexpr seconds scopes_retry{2};

}  // namespace

Runtime::Runtime(Family family, std::string server_table)
    : server_table_(std::move(server_table)), reader_(family), probe_(family) {}

Runtime::~Runtime() {
    stop_.store(true);
    if (thread_.joinable()) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto put = ::write(stop_descriptor_, &one, sizeof one);
        thread_.join();
    }
    if (stop_descriptor_ >= 0) {
        ::close(stop_descriptor_);
    }
}

void Runtime::start() {
    reader_.attach();
    if (thread_.joinable()) {
        return;
    }
    stop_descriptor_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const auto opened = watch_.open();
    if (!opened) {
        LOG_ERROR(hook_logger, BRANCHLINE_NO_INTERFACE_WATCH).arg(opened.error().text);
    }
    const auto deadline = steady_clock::now() + first_dump_wait;
    while (opened && steady_clock::now() < deadline) {
        pollfd waiting{watch_.descriptor(), POLLIN, 0};
        ::poll(&waiting, 1, static_cast<int>(full_socket_retry.count()));
        if (watch_.handle_input()) {
            break;
        }
    }
    read_server_table();
    publish_surroundings();

    // Kea's signal handling belongs to its main thread.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Runtime::run() {
    pthread_setname_np(pthread_self(), "branchline-hook");
    auto next_second = steady_clock::now() + seconds(1);
    while (!stop_.load()) {
        const auto now = steady_clock::now();
        const auto look_again = waiting_ ? full_socket_retry : now < busy_until_ ? busy_look : idle_look;
        const auto wait = std::clamp(std::chrono::ceil<milliseconds>(next_second - now), milliseconds(0), look_again);
        std::array<pollfd, 2> waiting{{{stop_descriptor_, POLLIN, 0}, {watch_.descriptor(), POLLIN, 0}}};
        ::poll(waiting.data(), waiting.size(), static_cast<int>(wait.count()));
        try {
            if (watch_.descriptor() >= 0 && watch_.handle_input()) {
                publish_surroundings();
            }
            send_events();
            compare_leases();
            if (steady_clock::now() >= next_second) {
                next_second = steady_clock::now() + seconds(1);
                once_a_second();
            }
        } catch (...) {
            statistics.add(HookCounter::errors);  // memory ran out; the next round tries again
        }
    }
    try {
        send_events();
        statistics.carry_over();
    } catch (...) {
        statistics.add(HookCounter::errors);
    }
}

void Runtime::once_a_second() {
    if (read_server_table()) {
        publish_surroundings();
    }
    if (++seconds_ % dump_every == 0 && watch_.descriptor() >= 0) {
        watch_.ask_again();
    }
    find_listener();
    tell_scopes();
    look_for_strangers();
    table.reclaim();
    surroundings.reclaim();
    warn_of_drops();
    statistics.carry_over();
}

/// By our own clock, which nobody sets: how long ago was another time read in the table? The first table, which may have been
/// there before us, is as old as it says.
bool Runtime::is_silent(std::int64_t written) {
    const auto now = steady_clock::now();
    if (written != last_written_) {
        const auto age = last_written_ == 0 ? std::time(nullptr) - written : 0;
        heard_at_ = now - seconds(std::clamp<std::int64_t>(age, 0, api::stale_after.count()));
        last_written_ = written;
    }
    const auto silence = now - heard_at_;
    return silence >= api::stale_after || (silence >= one_table_missed && is_abandoned(event_socket_));
}

bool Runtime::read_server_table() {
    const auto read = api::read_server_table(server_table_);
    auto down = std::vector<Address>();
    bool self_down = now_.table_seen;  // it was there once: no table any more means no daemon any more
    bool seen = now_.table_seen;
    if (read) {
        seen = true;
        const bool fresh = !is_silent(read->written);
        const auto self = read->alive.find("self");
        self_down = !fresh || (self != read->alive.end() && !self->second);
        for (const auto& [text, up] : read->alive) {
            // What a stopped daemon last said about the others is worth nothing.
            if (const auto address = parse_address(text); fresh && !up && address) {
                down.push_back(*address);
            }
        }
        std::sort(down.begin(), down.end());
    }
    if (seen == now_.table_seen && self_down == now_.self_down && down == now_.down) {
        return false;
    }
    if (seen && self_down != now_.self_down) {
        if (self_down) {
            LOG_WARN(hook_logger, BRANCHLINE_DAEMON_DOWN).arg(server_table_);
        } else {
            LOG_INFO(hook_logger, BRANCHLINE_DAEMON_UP).arg(server_table_);
        }
    }
    now_.table_seen = seen;
    now_.self_down = self_down;
    now_.down = std::move(down);
    return true;
}

void Runtime::publish_surroundings() {
    now_.interfaces = watch_.addresses();
    surroundings.publish(std::make_unique<const Surroundings>(now_));
}

void Runtime::send_events() {
    waiting_ = false;
    // Bounded: producers that never stop must not keep the rest of the loop waiting.
    for (std::size_t i = 0; i < EventQueue::capacity; ++i) {
        const auto* record = events.front();
        if (record == nullptr) {
            return;
        }
        busy_until_ = steady_clock::now() + busy_after_event;
        if (record->server_duid_size != 0) {
            if (chosen_.chosen(*record, steady_clock::now())) {
                probe_.hurry();
            }
            events.pop();
            continue;
        }
        switch (sender_.send(*record)) {
            case EventSender::Outcome::sent:
                statistics.add(HookCounter::events_sent);
                give_up_at_ = {};
                giving_up_ = false;
                break;
            case EventSender::Outcome::full:
                if (!giving_up_) {
                    const auto now = steady_clock::now();
                    if (give_up_at_ == steady_clock::time_point{}) {
                        give_up_at_ = now + full_socket_patience;
                    }
                    if (now < give_up_at_ && !stop_.load()) {
                        waiting_ = true;
                        return;
                    }
                    giving_up_ = true;
                }
                statistics.add(HookCounter::events_dropped);
                break;
            case EventSender::Outcome::nobody:
                statistics.add(HookCounter::events_dropped);
                break;
        }
        events.pop();
    }
}

/// Who listens at the socket now? A file that was made anew is a daemon that knows nothing yet; one whose daemon is gone is
/// nobody.
void Runtime::find_listener() {
    event_socket_.clear();
    if (const auto published = table.read()) {
        if (const auto* path = in_force(*published).global().event_socket) {
            event_socket_ = *path;
        }
    }
    std::string listener;
    struct stat about{};
    if (!event_socket_.empty() && !now_.self_down && ::stat(event_socket_.c_str(), &about) == 0) {
        listener = event_socket_ + " " + std::to_string(about.st_dev) + " " + std::to_string(about.st_ino) + " " +
                   std::to_string(about.st_ctim.tv_sec) + "." + std::to_string(about.st_ctim.tv_nsec);
    }
    if (listener != listener_) {
        listener_ = std::move(listener);
        told_.forget();
        next_round_ = {};
        told_scopes_.reset();
    }
}

// Whole, and again whenever Kea has another configuration or the daemon is another one.
void Runtime::tell_scopes() {
    const auto now = steady_clock::now();
    if (listener_.empty() || now < scopes_again_) {
        return;
    }
    isc::data::ConstElementPtr scopes;
    if (const auto published = table.read()) {
        scopes = scopes_in_force(*published);
    }
    if (!scopes || scopes == told_scopes_) {
        return;
    }
    if (ask_daemon(default_socket(), "dhcp-scope-tell", scopes, scopes_patience)) {
        told_scopes_ = scopes;
    } else {
        scopes_again_ = now + scopes_retry;
    }
}

void Runtime::compare_leases() {
    const auto now = steady_clock::now();
    if (const auto page = reader_.take()) {
        asked_at_ = {};
        told_.page(*page);
        if (told_.behind().empty()) {
            next_round_ = now + compare_every;
        }
    }
    tell_leases();
    if (listener_.empty() || !told_.all_told() || (told_.behind().empty() && now < next_round_)) {
        return;
    }
    if (asked_at_ == steady_clock::time_point{} || now - asked_at_ > page_patience) {
        asked_at_ = now;
        reader_.ask(told_.behind());
    }
}

void Runtime::tell_leases() {
    for (std::size_t i = 0; i < told_at_once && !waiting_; ++i) {
        const auto* record = told_.next(std::time(nullptr), event_socket_);
        if (record == nullptr) {
            return;
        }
        switch (sender_.send(*record)) {
            case EventSender::Outcome::sent:
                statistics.add(HookCounter::leases_told);
                told_.pop();
                break;
            case EventSender::Outcome::full:
                waiting_ = true;
                break;
            case EventSender::Outcome::nobody:
                listener_.clear();
                told_.forget();
                return;
        }
    }
}

void Runtime::look_for_strangers() {
    const auto published = table.read();
    if (!published) {
        return;
    }
    const auto& setting = in_force(*published).global();
    const auto now = steady_clock::now();
    const auto heard = probe_.look(published->interfaces, seconds(setting.probe_interval), watch_.addresses(), now);
    for (const auto& one : heard) {
        chosen_.answered(one.duid, one.server, now);
    }
    // First what names a phone: of one server the daemon logs the first word alone.
    for (const auto& said : chosen_.take()) {
        tell_if_stranger(said, setting);
    }
    for (const auto& one : heard) {
        EventRecord said;
        said.kind = api::LeaseEvent::Kind::elsewhere;
        said.family = one.server.family();
        said.set_servers({&one.server, 1});
        tell_if_stranger(said, setting);
    }
}

void Runtime::tell_if_stranger(const EventRecord& said, const Setting& setting) {
    if (!is_stranger(said.servers[0], setting, now_)) {
        return;
    }
    statistics.add(HookCounter::foreign_dhcp_heard);
    auto* record = event_socket_.empty() ? nullptr : events.begin();
    if (record != nullptr) {
        *record = said;
        record->set_socket(event_socket_);
        events.commit(record);
    }
}

void Runtime::warn_of_drops() {
    const auto dropped = statistics.get(HookCounter::events_dropped);
    const auto now = steady_clock::now();
    if (dropped != drops_warned_ && now >= next_drop_warning_) {
        LOG_WARN(hook_logger, BRANCHLINE_EVENTS_DROPPED).arg(dropped - drops_warned_);
        drops_warned_ = dropped;
        next_drop_warning_ = now + drop_warning_every;
    }
}

}  // namespace branchline::hook
