// The search under random orders of events, from a fixed seed.
#include "tftpd/resolve/search.h"

#include <optional>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using Reply = Search::Reply;

namespace {

const TimePoint t0{1000s};

}  // namespace

TEST_GROUP(SearchOrders){};

// Whatever comes in whatever order: it ends, asks nobody more than twice, and decides only for one that has it.
TEST(SearchOrders, EveryOrderOfEventsEnds) {
    std::uint32_t random = 1;
    const auto next = [&random](std::uint32_t below) {
        random = random * 1664525u + 1013904223u;
        return (random >> 8) % below;
    };
    for (int round = 0; round < 20'000; ++round) {
        const std::size_t clusters = 1 + next(4);
        const auto owner = next(2) != 0 ? std::optional<std::size_t>(next(static_cast<std::uint32_t>(clusters))) : std::nullopt;
        const auto copy = next(2) != 0 ? std::optional(Search::LastCopy{owner, next(2) != 0}) : std::nullopt;
        Search search(clusters, owner, copy, t0);
        auto now = t0;
        std::vector<int> state(clusters);  // 0 not asked, 1 asked, 2 has it
        std::vector<unsigned> asks(clusters);
        bool ended = false;
        const auto obey = [&] {
            for (const auto& action : search.actions()) {
                switch (action.kind) {
                    case Search::Action::Kind::ask:
                        CHECK_EQUAL(0, state[action.cluster]);
                        state[action.cluster] = 1;
                        ++asks[action.cluster];
                        break;
                    case Search::Action::Kind::drop:
                        CHECK(state[action.cluster] != 0);
                        state[action.cluster] = 0;
                        break;
                    case Search::Action::Kind::decided:
                        CHECK_EQUAL(2, state[action.cluster]);
                        break;
                    case Search::Action::Kind::serve_stale:
                        CHECK(copy.has_value());
                        break;
                    case Search::Action::Kind::ended:
                        CHECK(action.verdict != Search::Verdict::stale || copy);
                        ended = true;
                        break;
                }
            }
        };
        for (int step = 0; step < 200 && !ended; ++step) {
            const auto cluster = next(static_cast<std::uint32_t>(clusters));
            now += std::chrono::milliseconds(next(400));
            search.on_timer(now);
            obey();
            if (state[cluster] == 1 && next(2) != 0) {
                state[cluster] = 2;
                search.on_found(cluster, now);
            } else if (state[cluster] != 0) {
                if (state[cluster] == 2 && search.winner() == cluster && next(2) != 0) {
                    ended = true;  // complete
                    continue;
                }
                const bool had = state[cluster] == 2;
                state[cluster] = 0;
                const Reply replies[] = {Reply::broken, Reply::unreachable, Reply::not_found};
                search.on_done(cluster, had ? Reply::broken : replies[next(3)], now);
            }
            obey();
        }
        CHECK(ended);
        for (const auto times : asks) {
            CHECK(times <= Search::max_asks);
        }
    }
}
