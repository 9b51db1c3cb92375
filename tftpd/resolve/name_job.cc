#include "tftpd/resolve/name_job.h"

#include "tftpd/base/counters.h"
#include "tftpd/resolve/content_check.h"
#include "tftpd/resolve/secure_gate.h"
#include "tftpd/upstream/cluster_fetch.h"

#include <algorithm>
#include <utility>

namespace branchline {

Answer stale_answer(const FileCache::Found& copy) {
    return {Answer::Kind::content, copy.content, "stale:" + copy.cluster, ""};
}

Answer unavailable_answer(std::string reason) {
    return {Answer::Kind::unavailable, nullptr, "", std::move(reason)};
}

bool may_be_used(SecureGate& gate, const Config& config, const FileName& name, const FileCache::Found& copy) {
    const auto cluster = std::find_if(config.clusters.begin(), config.clusters.end(),
                                      [&](const Cluster& one) { return one.id == copy.cluster; });
    return cluster == config.clusters.end() || !gate.refusal(*cluster, name, copy.content);
}

NameJob::NameJob(FileName name, ConfigPtr config, JobEnvironmentPtr environment, std::shared_ptr<SpillSpace> space, Hooks hooks)
    : name_(std::move(name)),
      config_(std::move(config)),
      environment_(std::move(environment)),
      space_(std::move(space)),
      hooks_(std::move(hooks)),
      started_(environment_->now()),
      sources_(config_->clusters.size()) {}

NameJob::~NameJob() {
    if (handed_out_ && !ended_) {
        sources_[*search_->winner()].content->fail();
    }
}

bool NameJob::join(std::function<void(Answer)> done) {
    wanted = true;
    if (early_) {
        done(*early_);
        return true;
    }
    if (askers_.size() >= max_askers) {
        return false;
    }
    askers_.push_back(std::move(done));
    return true;
}

void NameJob::answer(const Answer& answer) {
    for (auto& done : std::exchange(askers_, {})) {
        done(answer);
    }
}

void NameJob::search(std::optional<std::string> owner, std::optional<FileCache::Found> last_copy) {
    last_copy_ = std::move(last_copy);
    const auto number_of = [this](const std::string& id) -> std::optional<std::size_t> {
        const auto& clusters = config_->clusters;
        const auto found = std::find_if(clusters.begin(), clusters.end(), [&](const Cluster& one) { return one.id == id; });
        return found == clusters.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - clusters.begin()));
    };
    owner_ = owner ? number_of(*owner) : std::nullopt;
    std::optional<Search::LastCopy> copy;
    if (last_copy_) {
        copy = Search::LastCopy{number_of(last_copy_->cluster), name_.names_device()};
    }
    search_ = std::make_unique<Search>(config_->clusters.size(), owner_, copy, environment_->now());
    pump();
}

// Does what the search wants done. A fetch may report while it is being started; what that leads to is done by the loop that is
// already running.
void NameJob::pump() {
    if (pumping_) {
        return;
    }
    const auto self = shared_from_this();
    pumping_ = true;
    for (auto actions = search_->actions(); !actions.empty() && !ended_; actions = search_->actions()) {
        for (const auto& action : actions) {
            act(action);
        }
    }
    pumping_ = false;
    if (!ended_) {
        hand_out_if_due(environment_->now());
    }
    if (!ended_) {
        hooks_.deadline_changed(*this);
    }
}

void NameJob::act(const Search::Action& action) {
    switch (action.kind) {
        case Search::Action::Kind::ask:
            start(action.cluster);
            break;
        case Search::Action::Kind::drop:
            drop(action.cluster);
            break;
        case Search::Action::Kind::decided:
            decided_ = environment_->now();
            break;
        case Search::Action::Kind::serve_stale:
            early_ = stale_answer(*last_copy_);
            answer(*early_);
            break;
        case Search::Action::Kind::ended: {
            Result result;
            result.verdict = action.verdict;
            end(std::move(result));
            break;
        }
    }
}

void NameJob::start(std::size_t cluster) {
    const bool small = name_.kind() != FileName::Kind::common;
    FetchCaps caps;
    caps.max_size = small ? max_config_size : max_common_size;
    caps.deadline = small ? config_deadline : common_deadline;
    caps.waits_for_rate = !small;
    auto& source = sources_[cluster];
    const auto serial = ++source.serial;
    source.content.reset();
    source.complete = false;
    const auto current = [weak = weak_from_this(), cluster, serial]() -> std::shared_ptr<NameJob> {
        auto self = weak.lock();
        return self && !self->ended_ && self->sources_[cluster].serial == serial ? self : nullptr;
    };
    FetchEvents events;
    events.found = [current, cluster](std::optional<std::uint64_t> size) {
        if (const auto self = current()) {
            self->on_found(cluster, size);
        }
    };
    events.bytes = [current, cluster](ByteView part) {
        if (const auto self = current()) {
            self->on_bytes(cluster, part);
        }
    };
    events.done = [current, cluster](const FetchOutcome& outcome) {
        if (const auto self = current()) {
            self->on_done(cluster, outcome);
        }
    };
    events.objection = [current, cluster]() -> std::optional<std::string> {
        const auto self = current();
        return self ? self->objection(cluster) : std::nullopt;
    };
    counters.add(Counter::fetches);
    hooks_.asked(1);
    std::shared_ptr<ClusterFetch> fetch =
        environment_->start_fetch(config_->clusters[cluster], name_.text(), caps, std::move(events));
    if (source.serial == serial) {
        source.fetch = std::move(fetch);
    }
}

// The fetch may be the one whose event is being handled: it is destroyed when nothing of it is on the stack any more.
void NameJob::drop(std::size_t cluster) {
    auto& source = sources_[cluster];
    ++source.serial;
    source.content.reset();
    if (auto fetch = std::exchange(source.fetch, nullptr)) {
        environment_->post([fetch = std::move(fetch)] {});
    }
}

void NameJob::on_found(std::size_t cluster, std::optional<std::uint64_t> size) {
    auto& source = sources_[cluster];
    hooks_.heard(config_->clusters[cluster], true, "");
    if (is_checked(cluster)) {
        if (const auto refusal = environment_->gate->refusal(config_->clusters[cluster], name_)) {
            // Not "not found": a phone that was told so would take what it is given next, and not the file it should have.
            refused_ = refusal->to_phone;
            return lose(cluster, Search::Reply::broken, refusal->reason);
        }
    }
    if (handed_out_ && source.content) {
        // Another server of the cluster begins anew: phones that have the beginning go on if it is the same file.
        if (!source.content->restart(size)) {
            // Ended at once: who asks again while the rest came in would be given what has failed.
            return lose(cluster, Search::Reply::broken, "another server has another file than the one begun");
        }
    } else {
        source.content = std::make_shared<GrowingContent>(size, space_);
    }
    search_->on_found(cluster, environment_->now());
    pump();
}

void NameJob::on_bytes(std::size_t cluster, ByteView part) {
    auto& source = sources_[cluster];
    if (!source.content) {
        return;
    }
    counters.add(Counter::fetch_bytes, part.size());
    if (!source.content->append(part)) {
        lose(cluster, Search::Reply::broken, "not the file that was announced or begun, or no room for it");
        return;
    }
    if (!handed_out_ && search_->winner() == cluster && source.content->length() >= early_size) {
        hand_out_if_due(environment_->now());
    }
}

std::optional<std::string> NameJob::objection(std::size_t cluster) {
    const auto& content = sources_[cluster].content;
    if (!content) {
        return std::nullopt;
    }
    auto bytes = content->arrived(is_checked(cluster) ? SecureGate::max_file : max_config_size);
    if (auto reason = bytes ? objection_to(name_, *bytes) : std::nullopt) {
        return reason;
    }
    if (!is_checked(cluster)) {
        return std::nullopt;
    }
    // What is too large to be looked at as a whole goes to the gate as it is, which refuses it.
    const ContentPtr whole = bytes ? std::make_shared<MemoryContent>(*std::move(bytes)) : ContentPtr(content);
    const auto refusal = environment_->gate->refusal(config_->clusters[cluster], name_, whole);
    if (!refusal) {
        return std::nullopt;
    }
    refused_ = refusal->to_phone;
    return refusal->reason;
}

void NameJob::on_done(std::size_t cluster, const FetchOutcome& outcome) {
    auto& source = sources_[cluster];
    switch (outcome.result) {
        case FetchResult::complete:
            if (!source.content || !source.content->finish()) {
                return lose(cluster, Search::Reply::broken, "not the file that was announced or begun");
            }
            source.complete = true;
            search_->on_done(cluster, Search::Reply::complete, environment_->now());
            return pump();
        case FetchResult::not_found:
            hooks_.heard(config_->clusters[cluster], true, "");
            return lose(cluster, Search::Reply::not_found, "not found");
        case FetchResult::broken:
            hooks_.heard(config_->clusters[cluster], true, "");
            return lose(cluster, Search::Reply::broken, outcome.reason);
        case FetchResult::unreachable:
        case FetchResult::cancelled:
            hooks_.heard(config_->clusters[cluster], false, outcome.reason);
            return lose(cluster, Search::Reply::unreachable, outcome.reason);
    }
}

void NameJob::lose(std::size_t cluster, Search::Reply reply, std::string reason) {
    auto& source = sources_[cluster];
    source.reason = std::move(reason);
    const bool was_winner = search_->winner() == cluster;
    if (source.content) {
        source.content->fail();
    }
    drop(cluster);
    if (reply != Search::Reply::not_found) {
        counters.add(Counter::fetches_failed);
    }
    if (was_winner && handed_out_) {
        Result result;
        result.cut_off = true;
        return end(std::move(result));
    }
    if (was_winner) {
        decided_.reset();
    }
    search_->on_done(cluster, reply, environment_->now());
    pump();
}

bool NameJob::is_checked(std::size_t cluster) const {
    return SecureGate::checks(config_->clusters[cluster], name_);
}

void NameJob::on_timer(TimePoint now) {
    if (ended_ || !search_) {
        return;
    }
    search_->on_timer(now);
    pump();
}

std::optional<TimePoint> NameJob::deadline() const {
    if (ended_ || !search_) {
        return std::nullopt;
    }
    if (decided_ && !handed_out_ && !is_checked(*search_->winner())) {
        return *decided_ + early_patience;
    }
    return search_->deadline();
}

void NameJob::hand_out_if_due(TimePoint now) {
    if (ended_ || !search_->winner()) {
        return;
    }
    const auto cluster = *search_->winner();
    const auto& source = sources_[cluster];
    if (source.complete) {
        return succeed(cluster);
    }
    const auto known = std::max(source.content->size().value_or(0), source.content->length());
    if (handed_out_ || is_checked(cluster) || (known < early_size && now < *decided_ + early_patience)) {
        return;
    }
    handed_out_ = true;
    early_ = Answer{Answer::Kind::content, source.content, "cluster:" + config_->clusters[cluster].id, ""};
    answer(*early_);
}

void NameJob::succeed(std::size_t cluster) {
    Result result;
    result.winner = cluster;
    result.content = sources_[cluster].content;
    result.new_owner = search_->asked_all() && owner_ != cluster;
    if (result.content->length() <= FileCache::max_file_in_memory) {
        Bytes bytes(static_cast<std::size_t>(result.content->length()));
        if (result.content->read(0, bytes).state != tftp::BlockRead::State::ok) {
            return lose(cluster, Search::Reply::broken, "the temporary file cannot be read");
        }
        result.small = std::make_shared<MemoryContent>(std::move(bytes));
    }
    end(std::move(result));
}

void NameJob::end(Result result) {
    const auto self = shared_from_this();
    ended_ = true;
    result.refused = refused_;
    for (std::size_t cluster = 0; cluster < sources_.size(); ++cluster) {
        const auto& reason = sources_[cluster].reason;
        if (!reason.empty()) {
            result.reasons += (result.reasons.empty() ? "" : "; ") + config_->clusters[cluster].id + ": " + reason;
        }
        if (search_->said_not_found(cluster)) {
            result.said_not_found.push_back(cluster);
        }
        drop(cluster);
    }
    hooks_.ended(*this, std::move(result));
}

}  // namespace branchline
