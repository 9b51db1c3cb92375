#include "tftpd/resolve/resolver_core.h"

#include "tests/unit/resolve/fake_clusters.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

TEST_GROUP(ResolverCore){};

TEST(ResolverCore, FiveHundredAskersOfOneNameMakeOneQueryPerCluster) {
    FakeClusters clusters({"a", "b"});
    std::vector<std::shared_ptr<std::vector<Answer>>> answers;
    for (int i = 0; i < 500; ++i) {
        answers.push_back(clusters.ask(i % 2 == 0 ? phone_file : "sep001122334455.CNF.XML"));
    }
    CHECK_EQUAL(text("a b"), clusters.asked());
    clusters.not_found("a");
    clusters.give("b", "config");
    for (const auto& answer : answers) {
        CHECK_EQUAL(text("content:cluster:b:config"), said(answer));
    }
    CHECK_EQUAL(0u, clusters.core->jobs());
    CHECK_EQUAL(0u, clusters.running());
}

TEST(ResolverCore, SecondRequestComesFromTheCacheWhileFreshThenFromTheOwnerAlone) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(phone_file);
    clusters.asked();
    clusters.not_found("a");
    clusters.give("b", "config");
    CHECK_EQUAL(text("content:cache:b:config"), said(clusters.ask(phone_file)));
    CHECK_EQUAL(text(""), clusters.asked());
    clusters.pass(15s);
    const auto answer = clusters.ask(phone_file);
    CHECK_EQUAL(text("b"), clusters.asked());
    clusters.give("b", "changed");
    CHECK_EQUAL(text("content:cluster:b:changed"), said(answer));
}

TEST(ResolverCore, MovedPhoneIsFoundAtItsNewClusterAtOnceAndStaysThere) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(phone_file);
    clusters.give("a", "old");
    clusters.pass(15s);
    clusters.asked();
    const auto moved = clusters.ask(phone_file);
    CHECK_EQUAL(text("a"), clusters.asked());
    clusters.not_found("a");
    CHECK_EQUAL(text("b"), clusters.asked());
    clusters.give("b", "new");
    CHECK_EQUAL(text("content:cluster:b:new"), said(moved));
    clusters.pass(15s);
    clusters.ask(phone_file);
    CHECK_EQUAL(text("b"), clusters.asked());
}

TEST(ResolverCore, MovedPhoneIsFoundWhileItsOldClusterIsUnreachable) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(phone_file);
    clusters.give("a", "old");
    clusters.pass(15s);
    const auto moved = clusters.ask(phone_file);
    clusters.unreachable("a");
    clusters.give("b", "new");
    CHECK_EQUAL(text("content:cluster:b:new"), said(moved));
}

TEST(ResolverCore, OwnerIsForgottenAfterItsLifetimeHoweverOftenItWasAsked) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(phone_file);
    clusters.give("a", "x");
    for (int i = 0; i < 119; ++i) {
        clusters.pass(15s);
        clusters.asked();
        clusters.ask(phone_file);
        CHECK_EQUAL(text("a"), clusters.asked());
        clusters.give("a", "x");
    }
    clusters.pass(15s);  // 1800 s after the search
    clusters.ask(phone_file);
    CHECK_EQUAL(text("a b"), clusters.asked());
}

TEST(ResolverCore, LoopRuleAnswersFromTheFreshCacheOnly) {
    FakeClusters clusters({"a"});
    CHECK_EQUAL(text("not_found:loop"), said(clusters.ask(phone_file, true)));
    CHECK_EQUAL(text(""), clusters.asked());
    clusters.ask(phone_file);
    CHECK_EQUAL(text("a"), clusters.asked());
    CHECK_EQUAL(text("not_found:loop"), said(clusters.ask(phone_file, true)));  // does not join either
    clusters.give("a", "config");
    CHECK_EQUAL(text("content:cache:a:config"), said(clusters.ask(phone_file, true)));
    clusters.pass(15s);
    CHECK_EQUAL(text("not_found:loop"), said(clusters.ask(phone_file, true)));
    CHECK_EQUAL(text(""), clusters.asked());
}

TEST(ResolverCore, QueriesAreBoundedToAHundredASecondAfterTheBurst) {
    FakeClusters clusters({"a"});
    std::vector<std::shared_ptr<std::vector<Answer>>> answers;
    for (int i = 0; i < 1000; ++i) {
        answers.push_back(clusters.ask("name" + std::to_string(i)));
    }
    CHECK_EQUAL(200u, clusters.started.size());
    // 500 wait, the rest was turned away.
    CHECK_EQUAL(text("nothing"), said(answers[699]));
    CHECK_EQUAL(text("unavailable"), said(answers[700]));
    clusters.pass_by_deadlines(1s);
    CHECK(clusters.started.size() >= 295);
    CHECK(clusters.started.size() <= 301);
    clusters.pass_by_deadlines(10s);
    CHECK(clusters.started.size() <= 701);
    CHECK(clusters.started.size() >= 690);
    for (std::size_t i = 200; i < 700; ++i) {
        CHECK(said(answers[i]) == "nothing" || said(answers[i]) == "unavailable");
    }
}

TEST(ResolverCore, LastGoodCopyIsServedWhenThereIsNoRoomForQueries) {
    FakeClusters clusters({"a"});
    clusters.ask(phone_file);
    clusters.give("a", "config");
    clusters.pass(15s);
    for (int i = 0; i < 701; ++i) {
        clusters.ask("name" + std::to_string(i));
    }
    CHECK_EQUAL(text("content:stale:a:config"), said(clusters.ask(phone_file)));
}

TEST(ResolverCore, ReconfigureLetsOldQuestionsEndAsTheyBeganAndNewOnesBeginAnew) {
    FakeClusters clusters({"a"});
    const auto before = clusters.ask(phone_file);
    clusters.asked();
    clusters.reconfigure({"b"});
    const auto after = clusters.ask(phone_file);
    CHECK_EQUAL(text("b"), clusters.asked());
    clusters.give("a", "old");
    CHECK_EQUAL(text("content:cluster:a:old"), said(before));
    CHECK_EQUAL(text("nothing"), said(after));
    CHECK_EQUAL(0u, clusters.cache->list().size());  // of a cluster that is gone
    clusters.give("b", "new");
    CHECK_EQUAL(text("content:cluster:b:new"), said(after));
}

TEST(ResolverCore, ReconfigureKeepsOwnersOfClustersThatStayAndForgetsNegatives) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(phone_file);
    clusters.not_found("a");
    clusters.give("b", "config");
    clusters.ask(common_file);
    clusters.not_found("a");
    clusters.not_found("b");
    clusters.asked();
    clusters.reconfigure({"c", "b"});
    clusters.ask(common_file);
    CHECK_EQUAL(text("c b"), clusters.asked());
    clusters.pass(15s);
    clusters.ask(phone_file);
    CHECK_EQUAL(text("b"), clusters.asked());
}

TEST(ResolverCore, ShutDownAnswersAllThatIsOpen) {
    FakeClusters clusters({"a"});
    const auto open = clusters.ask(phone_file);
    const auto large = clusters.ask(common_file);
    clusters.found("a", NameJob::early_size);
    clusters.core->shut_down();
    CHECK_EQUAL(text("unavailable"), said(open));
    CHECK_EQUAL(text("content:cluster:a:FAILED"), said(large));
    CHECK_EQUAL(text("unavailable"), said(clusters.ask(phone_file)));
    clusters.run();
    CHECK_EQUAL(0u, clusters.running());
}

TEST(ResolverCore, AskingAgainFromWithinTheAnswerBeginsAnew) {
    FakeClusters clusters({"a"});
    int answers = 0;
    std::function<void(Answer)> again = [&](const Answer&) {
        if (++answers < 3) {
            clusters.core->ask(test::name_of(phone_file), false, again);
        }
    };
    clusters.core->ask(test::name_of(phone_file), false, again);
    clusters.run();
    clusters.unreachable("a");
    clusters.unreachable("a");
    clusters.unreachable("a");
    CHECK_EQUAL(3, answers);
}

TEST(ResolverCore, PhoneThatBootsIsLookedForAnewEverywhere) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(phone_file);
    clusters.asked();
    clusters.not_found("a");
    clusters.give("b", "config");
    clusters.core->phone_boots("001122334455");
    const auto answer = clusters.ask(phone_file);
    CHECK_EQUAL(text("a b"), clusters.asked());
    clusters.give("a", "moved");
    CHECK_EQUAL(text("content:cluster:a:moved"), said(answer));
}

TEST(ResolverCore, CopyOfAPhoneThatBootsStaysTheLastGoodOne) {
    FakeClusters clusters({"a"});
    clusters.ask(phone_file);
    clusters.give("a", "config");
    clusters.core->phone_boots("001122334455");
    const auto answer = clusters.ask(phone_file);
    clusters.unreachable("a");
    CHECK_EQUAL(text("content:stale:a:config"), said(answer));
}

TEST(ResolverCore, AbsenceOfABootingPhonesNamesIsForgottenAndNotOfOthers) {
    FakeClusters clusters({"a"});
    for (const auto* name : {phone_file, "CTLSEP001122334455.tlv", "CTLSEP001122334466.tlv"}) {
        clusters.ask(name);
        clusters.not_found("a");
    }
    clusters.asked();
    clusters.core->phone_boots("001122334455");
    CHECK_EQUAL(text("not_found:negative"), said(clusters.ask("CTLSEP001122334466.tlv")));
    clusters.ask(phone_file);
    clusters.ask("CTLSEP001122334455.tlv");
    CHECK_EQUAL(text("a a"), clusters.asked());
}

TEST(ResolverCore, WhenManyBootTheOwnerIsStillAskedAlone) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(phone_file);
    clusters.not_found("a");
    clusters.give("b", "config");
    for (int i = 0; i < 60; ++i) {
        clusters.ask("file" + std::to_string(i));
    }
    clusters.asked();
    clusters.core->phone_boots("001122334455");
    clusters.ask(phone_file);
    CHECK_EQUAL(text("b"), clusters.asked());
}
