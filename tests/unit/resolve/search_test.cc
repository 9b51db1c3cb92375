#include "tftpd/resolve/search.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using Reply = Search::Reply;

namespace {

const TimePoint t0{1000s};

/// "ask0 ask1 drop1 decided0 stale ended:nowhere": what the search wants done, in short.
std::string done_by(Search& search) {
    std::string text;
    for (const auto& action : search.actions()) {
        text += text.empty() ? "" : " ";
        switch (action.kind) {
            case Search::Action::Kind::ask:
                text += "ask" + std::to_string(action.cluster);
                break;
            case Search::Action::Kind::drop:
                text += "drop" + std::to_string(action.cluster);
                break;
            case Search::Action::Kind::decided:
                text += "decided" + std::to_string(action.cluster);
                break;
            case Search::Action::Kind::serve_stale:
                text += "stale";
                break;
            case Search::Action::Kind::ended:
                switch (action.verdict) {
                    case Search::Verdict::nowhere:
                        text += "ended:nowhere";
                        break;
                    case Search::Verdict::nowhere_for_now:
                        text += "ended:nowhere_for_now";
                        break;
                    case Search::Verdict::stale:
                        text += "ended:stale";
                        break;
                    case Search::Verdict::unavailable:
                        text += "ended:unavailable";
                        break;
                }
        }
    }
    return text;
}

Search::LastCopy copy_of(std::optional<std::size_t> cluster, bool of_one_device = true) {
    return {cluster, of_one_device};
}

}  // namespace

#define WANTS(expected, search) CHECK_EQUAL(std::string(expected), done_by(search))

TEST_GROUP(Search){};

TEST(Search, WithoutClustersItIsNowhere) {
    Search search(0, std::nullopt, std::nullopt, t0);
    WANTS("ended:nowhere", search);
    CHECK(!search.deadline());
}

TEST(Search, WithoutAnOwnerAllAreAskedAtOnce) {
    Search search(3, std::nullopt, std::nullopt, t0);
    WANTS("ask0 ask1 ask2", search);
    CHECK(!search.deadline());
}

TEST(Search, OwnerIsAskedAloneAndWinsAtOnce) {
    Search search(3, 1, std::nullopt, t0);
    WANTS("ask1", search);
    search.on_found(1, t0 + 10ms);
    WANTS("decided1", search);
    CHECK(!search.asked_all());
    CHECK(!search.deadline());
}

TEST(Search, OwnerThatSaysNotFoundMakesAllOthersBeAskedAtOnce) {
    Search search(3, 1, std::nullopt, t0);
    WANTS("ask1", search);
    search.on_done(1, Reply::not_found, t0 + 10ms);
    WANTS("ask0 ask2", search);
    search.on_found(2, t0 + 20ms);
    WANTS("", search);  // 0 is listed before 2
    search.on_done(0, Reply::not_found, t0 + 30ms);
    WANTS("decided2", search);
    CHECK(search.asked_all());
}

TEST(Search, OwnerThatIsUnreachableMakesTheOthersBeAskedForADevicesFile) {
    for (const auto reply : {Reply::unreachable, Reply::broken}) {
        Search search(2, 0, copy_of(0), t0);
        WANTS("ask0", search);
        search.on_done(0, reply, t0 + 10ms);
        WANTS("ask1", search);
        search.on_found(1, t0 + 20ms);
        WANTS("decided1", search);
    }
}

TEST(Search, UnreachableOwnersCommonFileIsServedFromTheLastCopyAtOnce) {
    for (const auto reply : {Reply::unreachable, Reply::broken}) {
        Search search(2, 0, copy_of(0, false), t0);
        WANTS("ask0", search);
        search.on_timer(t0 + Search::owner_patience);
        WANTS("", search);
        search.on_done(0, reply, t0 + 1500ms);
        WANTS("ended:stale", search);
    }
}

TEST(Search, UnreachableOwnersCommonFileWithoutACopyIsLookedForElsewhere) {
    Search search(2, 0, std::nullopt, t0);
    WANTS("ask0", search);
    search.on_done(0, Reply::unreachable, t0);
    WANTS("ask1", search);
}

TEST(Search, SilentOwnerIsGivenAsecondThenAllAreAskedAndItStaysFirst) {
    Search search(3, 2, std::nullopt, t0);
    WANTS("ask2", search);
    CHECK(search.deadline() == t0 + Search::owner_patience);
    search.on_timer(t0 + Search::owner_patience - 1ms);
    WANTS("", search);
    search.on_timer(t0 + Search::owner_patience);
    WANTS("ask0 ask1", search);
    search.on_found(0, t0 + 1100ms);
    WANTS("", search);  // the owner goes before the first listed
    CHECK(search.deadline() == t0 + 1600ms);
    search.on_found(2, t0 + 1599ms);
    WANTS("drop0 drop1 decided2", search);
}

TEST(Search, FirstListedOfThoseThatHaveItWins) {
    Search search(3, std::nullopt, std::nullopt, t0);
    WANTS("ask0 ask1 ask2", search);
    search.on_found(0, t0);
    WANTS("drop1 drop2 decided0", search);
}

TEST(Search, EarlierListedSlowerOneIsWaitedForHalfASecondAndNoLonger) {
    Search search(3, std::nullopt, std::nullopt, t0);
    done_by(search);
    search.on_found(2, t0 + 100ms);
    WANTS("", search);
    CHECK(search.deadline() == t0 + 600ms);
    search.on_timer(t0 + 599ms);
    WANTS("", search);
    search.on_timer(t0 + 600ms);
    WANTS("drop0 drop1 decided2", search);
}

TEST(Search, HalfASecondCountsFromTheFirstThatHasItNotFromEach) {
    Search search(3, std::nullopt, std::nullopt, t0);
    done_by(search);
    search.on_found(2, t0);
    search.on_found(1, t0 + 400ms);
    WANTS("", search);
    search.on_timer(t0 + 500ms);
    WANTS("drop0 drop2 decided1", search);
}

TEST(Search, EarlierListedThatAnswersInTimeWins) {
    Search search(2, std::nullopt, std::nullopt, t0);
    done_by(search);
    search.on_found(1, t0);
    search.on_done(1, Reply::complete, t0 + 10ms);
    WANTS("", search);
    search.on_found(0, t0 + 499ms);
    WANTS("drop1 decided0", search);
}

TEST(Search, LaterListedIsNotWaitedFor) {
    Search search(2, std::nullopt, std::nullopt, t0);
    done_by(search);
    search.on_done(0, Reply::not_found, t0);
    search.on_found(1, t0);
    WANTS("decided1", search);
}

TEST(Search, NotFoundEverywhereIsNowhere) {
    Search search(2, std::nullopt, copy_of(0), t0);
    done_by(search);
    search.on_done(1, Reply::not_found, t0);
    WANTS("", search);
    search.on_done(0, Reply::not_found, t0);
    WANTS("ended:nowhere", search);
    CHECK(search.said_not_found(0));
}

TEST(Search, OwnerAndAllOthersNotFoundIsNowhere) {
    Search search(2, 1, copy_of(1), t0);
    done_by(search);
    search.on_done(1, Reply::not_found, t0);
    search.on_done(0, Reply::not_found, t0);
    WANTS("ask0 ended:nowhere", search);
}

TEST(Search, OneSaysNotFoundAndOneIsUnreachableIsNowhereForNow) {
    Search search(2, std::nullopt, std::nullopt, t0);
    done_by(search);
    search.on_done(0, Reply::unreachable, t0);
    search.on_done(1, Reply::not_found, t0);
    WANTS("ended:nowhere_for_now", search);
}

TEST(Search, OneSaysNotFoundAndOneIsUnreachableWithACopyIsStale) {
    Search search(2, std::nullopt, copy_of(0), t0);
    done_by(search);
    search.on_done(0, Reply::unreachable, t0);
    search.on_done(1, Reply::not_found, t0);
    WANTS("ended:stale", search);
}

TEST(Search, CopyOfAClusterThatSaysNotFoundIsNotServed) {
    Search search(2, std::nullopt, copy_of(1), t0);
    done_by(search);
    search.on_done(0, Reply::unreachable, t0);
    search.on_done(1, Reply::not_found, t0);
    WANTS("ended:nowhere_for_now", search);
    CHECK(!search.deadline());
}

TEST(Search, NobodyReachableWithoutACopyIsUnavailable) {
    Search search(2, std::nullopt, std::nullopt, t0);
    done_by(search);
    search.on_done(0, Reply::unreachable, t0);
    search.on_done(1, Reply::unreachable, t0);
    WANTS("ended:unavailable", search);
}

TEST(Search, NobodyReachableWithACopyIsStale) {
    Search search(2, std::nullopt, copy_of(std::nullopt), t0);
    done_by(search);
    search.on_done(0, Reply::unreachable, t0);
    search.on_done(1, Reply::unreachable, t0);
    WANTS("ended:stale", search);
}

TEST(Search, UnreachableOwnerAndNotFoundElsewhereIsUnavailableOrStale) {
    for (const bool copy : {false, true}) {
        Search search(2, 0, copy ? std::optional(copy_of(0)) : std::nullopt, t0);
        done_by(search);
        search.on_done(0, Reply::unreachable, t0);
        search.on_done(1, Reply::not_found, t0);
        WANTS(copy ? "ask1 ended:stale" : "ask1 ended:unavailable", search);
    }
}

TEST(Search, BrokenCopySomewhereIsUnavailableNotNowhere) {
    Search search(2, std::nullopt, std::nullopt, t0);
    done_by(search);
    search.on_done(0, Reply::broken, t0);
    search.on_done(1, Reply::not_found, t0);
    WANTS("ended:unavailable", search);
}

TEST(Search, SingleOwnerWithoutOthersEndsAtOnce) {
    Search gone(1, 0, std::nullopt, t0);
    done_by(gone);
    gone.on_done(0, Reply::not_found, t0);
    WANTS("ended:nowhere", gone);
    Search dead(1, 0, copy_of(0), t0);
    done_by(dead);
    dead.on_done(0, Reply::unreachable, t0);
    WANTS("ended:stale", dead);
}

TEST(Search, WinnerThatBreaksOffMakesTheDroppedOnesBeAskedOnceMore) {
    Search search(3, std::nullopt, std::nullopt, t0);
    done_by(search);
    search.on_done(2, Reply::not_found, t0);
    search.on_found(0, t0);
    WANTS("drop1 decided0", search);
    search.on_done(0, Reply::broken, t0 + 50ms);
    WANTS("ask1", search);
    search.on_found(1, t0 + 100ms);
    WANTS("decided1", search);
    search.on_done(1, Reply::broken, t0 + 150ms);
    WANTS("ended:unavailable", search);
}

TEST(Search, NobodyIsAskedAThirdTime) {
    Search search(2, std::nullopt, std::nullopt, t0);
    done_by(search);
    search.on_found(1, t0);
    search.on_timer(t0 + 500ms);
    WANTS("drop0 decided1", search);
    search.on_done(1, Reply::broken, t0 + 600ms);
    WANTS("ask0", search);
    search.on_done(0, Reply::unreachable, t0 + 700ms);
    WANTS("ended:unavailable", search);
}

TEST(Search, OwnerThatBreaksOffMakesTheOthersBeAsked) {
    Search search(2, 0, std::nullopt, t0);
    done_by(search);
    search.on_found(0, t0);
    WANTS("decided0", search);
    search.on_done(0, Reply::broken, t0);
    WANTS("ask1", search);
}

TEST(Search, CandidateThatBreaksOffBeforeTheDecisionIsOutAndItsHalfSecondToo) {
    Search search(2, std::nullopt, std::nullopt, t0);
    done_by(search);
    search.on_found(1, t0);
    search.on_done(1, Reply::broken, t0 + 100ms);
    CHECK(!search.deadline());
    search.on_found(0, t0 + 2s);
    WANTS("decided0", search);
}

TEST(Search, LastCopyIsServedAfterTwoSecondsAndTheSearchGoesOn) {
    Search search(2, std::nullopt, copy_of(0), t0);
    done_by(search);
    search.on_timer(t0 + Search::stale_patience - 1ms);
    WANTS("", search);
    CHECK(search.deadline() == t0 + Search::stale_patience);
    search.on_timer(t0 + Search::stale_patience);
    WANTS("stale", search);
    search.on_timer(t0 + 3s);
    WANTS("", search);
    CHECK(!search.deadline());
    search.on_found(0, t0 + 4s);
    WANTS("drop1 decided0", search);
}

TEST(Search, LateAndForeignRepliesChangeNothing) {
    Search search(2, 0, std::nullopt, t0);
    done_by(search);
    search.on_found(1, t0);  // never asked
    search.on_done(1, Reply::not_found, t0);
    WANTS("", search);
    search.on_done(0, Reply::not_found, t0);
    WANTS("ask1", search);
    search.on_done(1, Reply::not_found, t0);
    WANTS("ended:nowhere", search);
    search.on_found(0, t0);
    search.on_done(1, Reply::broken, t0);
    search.on_timer(t0 + 10s);
    WANTS("", search);
}
