#include "tftpd/upstream/cluster_fetch.h"

#include "tftpd/log/log.h"
#include "tftpd/upstream/fetch_steps.h"
#include "tftpd/upstream/http_fetch.h"
#include "tftpd/upstream/tftp_fetch.h"
#include "upstream_messages.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>

namespace branchline {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::milliseconds;

namespace {

// How the steps of a fetch follow each other while nobody answers. A dead first server costs a phone 0.6 s, a wholly dead
// cluster 1.8 s, both once: afterwards the health table leaves dead servers out. A server that answers within 0.3 s, as one on
// any usable link does, sees exactly one request. A connection that stands is no answer yet: hosts accept connections whose
// service hangs. It is worth a server_stagger, in which the server is asked by no other transport.
constexpr milliseconds transport_stagger{300};  // to the same server's other transport
constexpr milliseconds server_stagger{600};     // to the next server
constexpr milliseconds answer_limit{1800};      // with all of them, counted from the start or the last answer

/// What a rate limit adds to the deadline: a file of the greatest size, while others are fetched, too.
Duration time_for_rate(const FetchCaps& caps) {
    constexpr double share = 0.25;
    if (!caps.rate || !caps.waits_for_rate) {
        return Duration::zero();
    }
    const auto per_second = std::max<double>(1, static_cast<double>(caps.rate->bytes_in(std::chrono::seconds(1))));
    return std::chrono::seconds(static_cast<std::int64_t>(static_cast<double>(caps.max_size) / per_second / share));
}

class Fetch final : public std::enable_shared_from_this<Fetch> {
public:
    Fetch(asio::io_context& io, const Cluster& cluster, const std::string& name, const FetchCaps& caps, HealthTable& health,
          FetchEvents events)
        : io_(io),
          cluster_(cluster),
          name_(name),
          caps_(caps),
          health_(health),
          events_(std::move(events)),
          plan_timer_(io),
          deadline_timer_(io) {}

    void begin();
    void cancel();
    void abandon();

private:
    /// A step that was begun.
    struct Runner {
        unsigned id = 0;
        FetchStep step;
        bool connected = false;
        std::unique_ptr<Attempt> attempt;
    };
    /// What this fetch has seen of one server.
    struct Asked {
        RemoteServer server;
        TimePoint since;  // of its silence: its first step, or its connection
        bool answered = false;
        std::string last_reason{};
    };

    void go_on();
    void launch(TimePoint now);
    TimePoint due(const FetchStep& step) const;
    void on_connected(unsigned id);
    void on_found(unsigned id, std::optional<std::uint64_t> size);
    void on_done(unsigned id, AttemptOutcome outcome);
    void choose(const Runner& winner);
    void after_failure(const FetchStep& step, const AttemptOutcome& outcome, bool was_winner);
    void mark_down(const RemoteServer& server, const std::string& reason);
    void end(FetchResult result, std::string reason);

    Runner* runner(unsigned id);
    Asked& asked(const RemoteServer& server);
    bool still_tried(const RemoteServer& server) const;

    asio::io_context& io_;
    Cluster cluster_;
    std::string name_;
    FetchCaps caps_;
    HealthTable& health_;
    FetchEvents events_;
    asio::steady_timer plan_timer_;
    asio::steady_timer deadline_timer_;
    std::vector<FetchStep> steps_;  // not begun yet, in order; at most 6
    std::vector<Runner> runners_;
    std::vector<Asked> asked_;
    RemoteServer last_server_;  // whose step was begun last
    TimePoint last_server_since_{};
    std::string reasons_;  // how the steps so far failed
    unsigned next_id_ = 1;
    unsigned winner_ = 0;       // id of the runner whose bytes are passed on; 0 = none yet
    bool broken_seen_ = false;  // somebody answered with something that is not the file
    bool part_seen_ = false;    // somebody began to send the file
    TimePoint started_{};
    TimePoint answer_by_{};
    bool ended_ = false;
};

void Fetch::begin() {
    if (ended_) {
        return;
    }
    started_ = Clock::now();
    answer_by_ = started_ + answer_limit;
    steps_ = fetch_steps(cluster_, health_, started_);
    if (steps_.empty()) {
        return end(FetchResult::unreachable, "all servers are down");
    }
    deadline_timer_.expires_at(started_ + caps_.deadline + time_for_rate(caps_));
    deadline_timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error && !self->ended_) {
            self->end(self->broken_seen_ || self->winner_ != 0 ? FetchResult::broken : FetchResult::unreachable,
                      self->reasons_ + "not done by the deadline");
        }
    });
    go_on();
}

// Begins the steps that are due and says when to look again.
void Fetch::go_on() {
    if (ended_ || winner_ != 0) {
        return;
    }
    const TimePoint now = Clock::now();
    while (!steps_.empty() && (runners_.empty() || due(steps_.front()) <= now)) {
        launch(now);
    }
    if (runners_.empty()) {
        return end(broken_seen_ ? FetchResult::broken : FetchResult::unreachable, reasons_);
    }
    if (steps_.empty()) {
        return;  // the last attempts end by their own patience
    }
    plan_timer_.expires_at(due(steps_.front()));
    plan_timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error) {
            self->go_on();
        }
    });
}

TimePoint Fetch::due(const FetchStep& step) const {
    const bool connected = std::any_of(runners_.begin(), runners_.end(),
                                       [this](const Runner& one) { return one.connected && one.step.server == last_server_; });
    const bool other_transport = step.server == last_server_ && !connected;
    return last_server_since_ + (other_transport ? transport_stagger : server_stagger);
}

void Fetch::launch(TimePoint now) {
    const FetchStep step = steps_.front();
    steps_.erase(steps_.begin());
    static_cast<void>(asked(step.server));  // its silence begins
    if (step.server != last_server_) {
        last_server_ = step.server;
        last_server_since_ = now;
    }

    AttemptSettings settings;
    settings.name = name_;
    settings.max_size = caps_.max_size;
    // At least one stagger: a step that comes late, after another failed slowly, gets its chance too.
    settings.patience = std::max<Duration>(answer_by_ - now, transport_stagger);
    settings.stall_window = caps_.stall_window;
    settings.rate = caps_.rate;
    settings.waits_for_rate = caps_.waits_for_rate;
    settings.expect_tftp_options = health_.of(step.server).tftp_options;

    const unsigned id = next_id_++;
    const std::weak_ptr<Fetch> weak = weak_from_this();
    AttemptEvents events;
    events.connected = [weak, id] {
        if (const auto self = weak.lock()) {
            self->on_connected(id);
        }
    };
    events.found = [weak, id](std::optional<std::uint64_t> size) {
        if (const auto self = weak.lock()) {
            self->on_found(id, size);
        }
    };
    events.bytes = [weak](ByteView part) {
        if (const auto self = weak.lock(); self && !self->ended_) {
            self->events_.bytes(part);
        }
    };
    events.done = [weak, id](AttemptOutcome outcome) {
        if (const auto self = weak.lock()) {
            self->on_done(id, std::move(outcome));
        }
    };
    auto attempt = step.by == Transport::http ? start_http_fetch(io_, step.server, settings, std::move(events))
                                              : start_tftp_fetch(io_, step.server, settings, std::move(events));
    runners_.push_back({id, step, false, std::move(attempt)});
}

void Fetch::on_connected(unsigned id) {
    Runner* const one = runner(id);
    if (one == nullptr) {
        return;
    }
    one->connected = true;
    asked(one->step.server).since = Clock::now();
    if (one->step.server == last_server_) {
        last_server_since_ = Clock::now();
    }
    go_on();
}

// The first that has the file, or says that it has not, speaks for the cluster; the others are dropped.
void Fetch::choose(const Runner& winner) {
    const TimePoint now = Clock::now();
    winner_ = winner.id;
    const FetchStep step = winner.step;
    asked(step.server).answered = true;
    health_.answered(step.server, step.by, now);
    for (const Runner& other : runners_) {
        Asked& server = asked(other.step.server);
        if (!server.answered && now - server.since >= server_stagger) {
            health_.outrun(server.server, now);
        }
    }
    std::erase_if(runners_, [this](const Runner& one) { return one.id != winner_; });
    plan_timer_.cancel();
}

void Fetch::on_found(unsigned id, std::optional<std::uint64_t> size) {
    if (const Runner* const one = runner(id)) {
        choose(*one);
        events_.found(size);
    }
}

void Fetch::on_done(unsigned id, AttemptOutcome outcome) {
    Runner* const one = runner(id);
    if (one == nullptr) {
        return;
    }
    const FetchStep step = one->step;
    const bool was_winner = winner_ == id;
    if (outcome.tftp_options) {
        health_.of(step.server).tftp_options = *outcome.tftp_options;
    }
    if (outcome.end == AttemptEnd::complete && events_.objection) {
        if (auto reason = events_.objection()) {
            outcome.end = AttemptEnd::broken;
            outcome.reason = std::move(*reason);
        }
    }
    if (outcome.end == AttemptEnd::complete || outcome.end == AttemptEnd::not_found) {
        choose(*one);
        // "No such file" after another server began to send it is no answer to rely on: negative answers are remembered.
        const bool complete = outcome.end == AttemptEnd::complete;
        const FetchResult result = complete ? FetchResult::complete : part_seen_ ? FetchResult::broken : FetchResult::not_found;
        return end(result, reasons_ + to_text(step) + ": " + outcome.reason);
    }
    if (outcome.end != AttemptEnd::no_answer) {
        const TimePoint now = Clock::now();
        answer_by_ = now + answer_limit;
        asked(step.server).since = now;
    }
    std::erase_if(runners_, [id](const Runner& each) { return each.id == id; });
    after_failure(step, outcome, was_winner);
    go_on();
}

void Fetch::after_failure(const FetchStep& step, const AttemptOutcome& outcome, bool was_winner) {
    const std::string reason = to_text(step) + ": " + outcome.reason;
    reasons_ += reason + "; ";
    Asked& server = asked(step.server);
    server.last_reason += (server.last_reason.empty() ? "" : "; ") + reason;

    if (was_winner) {
        part_seen_ = true;
        winner_ = 0;
        broken_seen_ = true;
        // This server had its turn; what else could be tried with it comes after the other servers.
        std::stable_partition(steps_.begin(), steps_.end(), [&](const FetchStep& left) { return left.server != step.server; });
        if (outcome.end == AttemptEnd::stalled) {
            return mark_down(step.server, reason);
        }
    }
    if (outcome.end == AttemptEnd::broken) {
        broken_seen_ = true;
        server.answered = true;
        health_.broke(step.server, reason, Clock::now());
        LOG_WARN(upstream_logger, UPSTREAM_SERVER_BROKEN)
            .arg(cluster_.id)
            .arg(to_text(step))
            .arg(escaped(name_))
            .arg(outcome.reason);
    } else if (!server.answered && !still_tried(step.server)) {
        mark_down(step.server, server.last_reason);
    }
}

void Fetch::mark_down(const RemoteServer& server, const std::string& reason) {
    if (health_.of(server).up) {
        LOG_WARN(upstream_logger, UPSTREAM_SERVER_DOWN).arg(cluster_.id).arg(server.address.to_string()).arg(reason);
    }
    health_.failed(server, reason, Clock::now());
}

// Nobody wants it any more, mostly since another cluster has the file. Who was silent until now is not known to be dead, and
// must not cost the next phones the same wait: a probe finds out.
void Fetch::abandon() {
    const TimePoint now = Clock::now();
    for (const Runner& one : runners_) {
        const Asked& server = asked(one.step.server);
        if (!server.answered && now - server.since >= transport_stagger) {
            health_.suspect(server.server, now);
        }
    }
    cancel();
}

void Fetch::cancel() {
    ended_ = true;
    plan_timer_.cancel();
    deadline_timer_.cancel();
    runners_.clear();
    steps_.clear();
}

void Fetch::end(FetchResult result, std::string reason) {
    cancel();
    if (reason.ends_with("; ")) {
        reason.resize(reason.size() - 2);
    }
    LOG_DEBUG(upstream_logger, isc::log::DBGLVL_TRACE_BASIC, UPSTREAM_FETCH_ENDED)
        .arg(cluster_.id)
        .arg(escaped(name_))
        .arg(reason)
        .arg(std::chrono::duration_cast<milliseconds>(Clock::now() - started_).count());
    events_.done({result, std::move(reason)});
}

Fetch::Runner* Fetch::runner(unsigned id) {
    const auto found = std::find_if(runners_.begin(), runners_.end(), [id](const Runner& one) { return one.id == id; });
    return ended_ || found == runners_.end() ? nullptr : &*found;
}

Fetch::Asked& Fetch::asked(const RemoteServer& server) {
    const auto found = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& one) { return one.server == server; });
    return found != asked_.end() ? *found : asked_.emplace_back(Asked{server, Clock::now()});
}

bool Fetch::still_tried(const RemoteServer& server) const {
    return std::any_of(steps_.begin(), steps_.end(), [&](const FetchStep& left) { return left.server == server; }) ||
           std::any_of(runners_.begin(), runners_.end(), [&](const Runner& one) { return one.step.server == server; });
}

class FetchHandle final : public ClusterFetch {
public:
    explicit FetchHandle(std::shared_ptr<Fetch> fetch) : fetch_(std::move(fetch)) {}
    FetchHandle(const FetchHandle&) = delete;
    FetchHandle& operator=(const FetchHandle&) = delete;
    ~FetchHandle() override { fetch_->abandon(); }

private:
    std::shared_ptr<Fetch> fetch_;
};

}  // namespace

std::unique_ptr<ClusterFetch> start_fetch(asio::io_context& io, const Cluster& cluster, const std::string& name,
                                          const FetchCaps& caps, HealthTable& health, FetchEvents events) {
    auto fetch = std::make_shared<Fetch>(io, cluster, name, caps, health, std::move(events));
    asio::post(io, [fetch] { fetch->begin(); });
    return std::make_unique<FetchHandle>(std::move(fetch));
}

}  // namespace branchline
