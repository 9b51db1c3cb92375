// Looks for one name in N clusters: whom to ask when, who wins, and what it means when nobody has it. Sans-IO: the driver does
// what actions() says and reports what came of it; time is an argument. Clusters are numbered in the operator's order.
//
//   owner known     --> ask it alone
//     has it        --> it wins
//     "not found"   --> ask all others at once: the phone has moved (contract, rule 4)
//     unreachable   --> a last good copy of a file that is not one device's: that one (rule 5: another cluster's ring list is
//                       another ring list); otherwise ask all others at once: the phone may have moved meanwhile
//     silent for owner_patience, and not the former case --> ask all others too; the owner stays first in rank
//   no owner known  --> ask all at once
//   several have it --> the first in rank wins; one before it that has not answered yet is waited for at most earlier_patience
//   the winner breaks off before its bytes were given to a phone --> those that were dropped in its favour are asked once more
//
//   nobody has it, and                                               verdict
//     all said "not found" (or there are no clusters)                nowhere
//     else a last good copy, whose cluster did not say "not found"   stale
//     else the owner is unreachable, or somebody's copy was broken   unavailable
//     else some said "not found", others are unreachable             nowhere_for_now
//     else nobody can be reached                                     unavailable
//   a last good copy, and nobody has the name after stale_patience   serve_stale; the search goes on for the cache's sake
#pragma once

#include "tftpd/base/clock.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace branchline {

class Search {
public:
    static constexpr std::chrono::milliseconds earlier_patience{500};
    static constexpr std::chrono::milliseconds owner_patience{1000};
    static constexpr std::chrono::milliseconds stale_patience{2000};
    static constexpr unsigned max_asks = 2;  ///< times one cluster is asked

    /// A last good copy at hand.
    struct LastCopy {
        std::optional<std::size_t> cluster{};  ///< where it came from, if that is one of those asked
        bool of_one_device = false;            ///< FileName::names_device()
    };
    enum class Reply { complete, not_found, unreachable, broken };
    enum class Verdict { nowhere, nowhere_for_now, stale, unavailable };
    struct Action {
        enum class Kind {
            ask,          ///< start fetching from `cluster`
            drop,         ///< cancel that
            decided,      ///< `cluster` wins; the others are dropped
            serve_stale,  ///< answer with the last good copy now; the search goes on
            ended,        ///< `verdict`; nothing follows
        };
        Kind kind;
        std::size_t cluster = 0;
        Verdict verdict = Verdict::nowhere;
    };

    Search(std::size_t clusters, std::optional<std::size_t> owner, std::optional<LastCopy> last_copy, TimePoint now);

    void on_found(std::size_t cluster, TimePoint now);  ///< it has the name; its bytes follow
    void on_done(std::size_t cluster, Reply reply, TimePoint now);
    void on_timer(TimePoint now);

    /// What is to be done now, in this order; each is handed out once.
    std::vector<Action> actions();
    /// When to call on_timer().
    [[nodiscard]] std::optional<TimePoint> deadline() const;

    [[nodiscard]] std::optional<std::size_t> winner() const { return winner_; }
    /// Did the owner give way to a search among all? Then the winner is the new owner.
    [[nodiscard]] bool asked_all() const { return asked_all_; }
    /// Said so, and not changed its mind since.
    [[nodiscard]] bool said_not_found(std::size_t cluster) const { return asked_[cluster].state == State::not_found; }

private:
    enum class State { idle, asking, found, dropped, not_found, unreachable, broken };
    struct Asked {
        State state = State::idle;
        unsigned times = 0;
    };

    void judge(TimePoint now);
    void judge_owner(TimePoint now);
    void ask(std::size_t cluster);
    void ask_all_others();
    void decide(std::size_t cluster);
    void end(Verdict verdict);
    [[nodiscard]] Verdict verdict() const;
    [[nodiscard]] bool last_copy_usable() const;
    [[nodiscard]] bool last_copy_before_others() const;
    [[nodiscard]] bool is_any(State state) const;
    [[nodiscard]] std::size_t rank(std::size_t cluster) const;

    std::vector<Asked> asked_;
    std::optional<std::size_t> owner_;
    std::optional<LastCopy> last_copy_;
    TimePoint started_;
    std::optional<TimePoint> first_found_{};
    std::optional<std::size_t> winner_{};
    bool asked_all_ = false;
    bool stale_served_ = false;
    bool ended_ = false;
    std::vector<Action> actions_;
};

}  // namespace branchline
