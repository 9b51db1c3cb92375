#include "tftpd/resolve/search.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace branchline {

Search::Search(std::size_t clusters, std::optional<std::size_t> owner, std::optional<LastCopy> last_copy, TimePoint now)
    : asked_(clusters), owner_(owner), last_copy_(last_copy), started_(now) {
    assert(!owner || *owner < clusters);
    if (owner_) {
        ask(*owner_);
    } else {
        ask_all_others();
    }
    judge(now);
}

void Search::ask(std::size_t cluster) {
    auto& asked = asked_[cluster];
    asked.state = State::asking;
    ++asked.times;
    actions_.push_back({Action::Kind::ask, cluster});
}

void Search::ask_all_others() {
    asked_all_ = true;
    for (std::size_t cluster = 0; cluster < asked_.size(); ++cluster) {
        if (asked_[cluster].state == State::idle) {
            ask(cluster);
        }
    }
}

void Search::on_found(std::size_t cluster, TimePoint now) {
    if (ended_ || asked_[cluster].state != State::asking) {
        return;
    }
    asked_[cluster].state = State::found;
    if (!first_found_) {
        first_found_ = now;
    }
    judge(now);
}

void Search::on_done(std::size_t cluster, Reply reply, TimePoint now) {
    auto& asked = asked_[cluster];
    if (ended_ || (asked.state != State::asking && asked.state != State::found)) {
        return;
    }
    switch (reply) {
        case Reply::complete:
            return;  // stays found; what was found is now all there
        case Reply::not_found:
            asked.state = State::not_found;
            break;
        case Reply::unreachable:
            asked.state = State::unreachable;
            break;
        case Reply::broken:
            asked.state = State::broken;
            break;
    }
    if (winner_ == cluster) {
        winner_.reset();
        first_found_.reset();
        for (std::size_t other = 0; other < asked_.size(); ++other) {
            if (asked_[other].state == State::dropped && asked_[other].times < max_asks) {
                ask(other);
            }
        }
    }
    if (!is_any(State::found)) {
        first_found_.reset();
    }
    judge(now);
}

void Search::on_timer(TimePoint now) {
    judge(now);
}

void Search::judge(TimePoint now) {
    if (ended_ || winner_) {
        return;
    }
    std::optional<std::size_t> best;
    for (std::size_t cluster = 0; cluster < asked_.size(); ++cluster) {
        if (asked_[cluster].state == State::found && (!best || rank(cluster) < rank(*best))) {
            best = cluster;
        }
    }
    if (best) {
        const bool earlier_asked = std::any_of(asked_.begin(), asked_.end(), [&](const Asked& asked) {
            return asked.state == State::asking && rank(static_cast<std::size_t>(&asked - asked_.data())) < rank(*best);
        });
        if (!earlier_asked || now >= *first_found_ + earlier_patience) {
            decide(*best);
        }
    } else if (!asked_all_) {
        judge_owner(now);
    } else if (!is_any(State::asking)) {
        end(verdict());
    }
    if (!ended_ && !winner_ && !stale_served_ && last_copy_usable() && now >= started_ + stale_patience) {
        stale_served_ = true;
        actions_.push_back({Action::Kind::serve_stale});
    }
}

void Search::judge_owner(TimePoint now) {
    switch (asked_[*owner_].state) {
        case State::asking:
            if (now < started_ + owner_patience || last_copy_before_others()) {
                return;
            }
            break;
        case State::unreachable:
        case State::broken:
            if (last_copy_before_others()) {
                return end(Verdict::stale);
            }
            break;
        default:
            break;
    }
    ask_all_others();
    if (!is_any(State::asking)) {
        end(verdict());
    }
}

void Search::decide(std::size_t cluster) {
    winner_ = cluster;
    for (std::size_t other = 0; other < asked_.size(); ++other) {
        auto& state = asked_[other].state;
        if (other != cluster && (state == State::asking || state == State::found)) {
            state = State::dropped;
            actions_.push_back({Action::Kind::drop, other});
        }
    }
    actions_.push_back({Action::Kind::decided, cluster});
}

void Search::end(Verdict verdict) {
    ended_ = true;
    actions_.push_back({Action::Kind::ended, 0, verdict});
}

Search::Verdict Search::verdict() const {
    const bool all_said_no =
        std::all_of(asked_.begin(), asked_.end(), [](const Asked& asked) { return asked.state == State::not_found; });
    if (all_said_no) {
        return Verdict::nowhere;
    }
    if (last_copy_usable()) {
        return Verdict::stale;
    }
    const bool owner_silent = owner_ && asked_[*owner_].state != State::not_found;
    if (owner_silent || is_any(State::broken)) {
        return Verdict::unavailable;
    }
    return is_any(State::not_found) ? Verdict::nowhere_for_now : Verdict::unavailable;
}

bool Search::last_copy_usable() const {
    return last_copy_ && !(last_copy_->cluster && said_not_found(*last_copy_->cluster));
}

bool Search::last_copy_before_others() const {
    return last_copy_usable() && !last_copy_->of_one_device && last_copy_->cluster == owner_;
}

bool Search::is_any(State state) const {
    return std::any_of(asked_.begin(), asked_.end(), [state](const Asked& asked) { return asked.state == state; });
}

std::size_t Search::rank(std::size_t cluster) const {
    return owner_ == cluster ? 0 : cluster + 1;
}

std::vector<Search::Action> Search::actions() {
    return std::exchange(actions_, {});
}

std::optional<TimePoint> Search::deadline() const {
    if (ended_ || winner_) {
        return std::nullopt;
    }
    std::optional<TimePoint> next;
    const auto consider = [&](TimePoint when) { next = next ? std::min(*next, when) : when; };
    if (first_found_) {
        consider(*first_found_ + earlier_patience);
    }
    if (!asked_all_ && !last_copy_before_others()) {
        consider(started_ + owner_patience);
    }
    if (!stale_served_ && last_copy_usable()) {
        consider(started_ + stale_patience);
    }
    return next;
}

}  // namespace branchline
