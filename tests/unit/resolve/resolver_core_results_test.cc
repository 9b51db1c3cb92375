// What comes of a search: the answer, and what is remembered for those who ask next.
#include "tftpd/resolve/resolver_core.h"

#include "tests/unit/resolve/fake_clusters.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

TEST_GROUP(ResolverResults){};

TEST(ResolverResults, NotFoundAnywhereIsRememberedForNegativeLifetime) {
    FakeClusters clusters({"a", "b"});
    const auto first = clusters.ask(common_file);
    clusters.not_found("a");
    CHECK_EQUAL(text("nothing"), said(first));
    clusters.not_found("b");
    CHECK_EQUAL(text("not_found:"), said(first));
    clusters.asked();
    clusters.pass(29999ms);
    CHECK_EQUAL(text("not_found:negative"), said(clusters.ask(common_file)));
    CHECK_EQUAL(text(""), clusters.asked());
    clusters.pass(1ms);
    clusters.ask(common_file);
    CHECK_EQUAL(text("a b"), clusters.asked());
}

TEST(ResolverResults, NotFoundWithAClusterUnreachableIsRememberedShortly) {
    FakeClusters clusters({"a", "b"});
    const auto first = clusters.ask(phone_file);
    clusters.not_found("a");
    clusters.unreachable("b");
    CHECK_EQUAL(text("not_found:"), said(first));
    clusters.asked();
    clusters.pass(ResolverCore::doubtful_negative_lifetime - 1ms);
    clusters.ask(phone_file);
    CHECK_EQUAL(text(""), clusters.asked());
    clusters.pass(1ms);
    clusters.ask(phone_file);
    CHECK_EQUAL(text("a b"), clusters.asked());
}

TEST(ResolverResults, NobodyReachableIsUnavailableAndNotRemembered) {
    FakeClusters clusters({"a", "b"});
    const auto first = clusters.ask(phone_file);
    clusters.unreachable("a");
    clusters.unreachable("b");
    CHECK_EQUAL(text("unavailable"), said(first));
    clusters.asked();
    clusters.ask(phone_file);
    CHECK_EQUAL(text("a b"), clusters.asked());
}

TEST(ResolverResults, OwnerUnreachableGivesTheLastGoodCopy) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(common_file);
    clusters.give("a", "rings");
    clusters.pass(1800s);
    clusters.asked();
    // The owner is forgotten by now: both are asked, and a's copy is served since b has none.
    const auto answer = clusters.ask(common_file);
    CHECK_EQUAL(text("a b"), clusters.asked());
    clusters.unreachable("a");
    clusters.not_found("b");
    CHECK_EQUAL(text("content:stale:a:rings"), said(answer));
}

TEST(ResolverResults, WithoutServeStaleAnUnreachableOwnerIsUnavailable) {
    FakeClusters clusters({"a"}, false);
    clusters.ask(phone_file);
    clusters.give("a", "config");
    clusters.pass(15s);
    const auto answer = clusters.ask(phone_file);
    clusters.unreachable("a");
    CHECK_EQUAL(text("unavailable"), said(answer));
}

TEST(ResolverResults, LastGoodCopySurvivesARestartAndItsClusterIsAskedFirst) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(common_file);
    clusters.not_found("a");
    clusters.give("b", "rings");
    clusters.run();
    clusters.now += 2h;
    clusters.open();
    clusters.now += 2h;
    clusters.asked();
    const auto answer = clusters.ask(common_file);
    CHECK_EQUAL(text("b"), clusters.asked());
    clusters.unreachable("b");
    CHECK_EQUAL(text("content:stale:b:rings"), said(answer));
}

TEST(ResolverResults, LastGoodCopyIsServedAfterTwoSecondsOfSilenceAndRefreshedBehind) {
    FakeClusters clusters({"a"});
    clusters.ask(phone_file);
    clusters.give("a", "old");
    clusters.pass(15s);
    const auto first = clusters.ask(phone_file);
    clusters.pass_by_deadlines(1999ms);
    CHECK_EQUAL(text("nothing"), said(first));
    clusters.pass_by_deadlines(1ms);
    CHECK_EQUAL(text("content:stale:a:old"), said(first));
    CHECK_EQUAL(text("content:stale:a:old"), said(clusters.ask(phone_file)));  // joins what still runs
    clusters.give("a", "new");
    CHECK_EQUAL(text("content:cache:a:new"), said(clusters.ask(phone_file)));
}

TEST(ResolverResults, FileDeletedFromItsClusterIsNoLastGoodCopyAnyMore) {
    FakeClusters clusters({"a"});
    clusters.ask(phone_file);
    clusters.give("a", "config");
    clusters.pass(15s);
    const auto gone = clusters.ask(phone_file);
    clusters.not_found("a");
    CHECK_EQUAL(text("not_found:"), said(gone));
    clusters.pass(30s);
    const auto later = clusters.ask(phone_file);
    clusters.unreachable("a");
    CHECK_EQUAL(text("unavailable"), said(later));
    CHECK_EQUAL(0u, clusters.cache->list().size());
}

TEST(ResolverResults, WhatWasFlushedWhileItWasFetchedIsNotKept) {
    FakeClusters clusters({"a", "b"});
    const auto answer = clusters.ask(phone_file);
    clusters.core->flush([](const std::string&, const std::string&) { return true; });
    clusters.not_found("a");
    clusters.give("b", "config");
    CHECK_EQUAL(text("content:cluster:b:config"), said(answer));
    CHECK_EQUAL(0u, clusters.cache->list().size());
    clusters.asked();
    clusters.ask(phone_file);
    CHECK_EQUAL(text("a b"), clusters.asked());
}

TEST(ResolverResults, AbsenceFoundOutBeforeThePhoneBootedIsNotRemembered) {
    FakeClusters clusters({"a"});
    clusters.ask(phone_file);
    clusters.core->phone_boots("001122334455");
    clusters.not_found("a");
    clusters.asked();
    clusters.ask(phone_file);
    CHECK_EQUAL(text("a"), clusters.asked());
}

TEST(ResolverResults, AbsenceOfADevicesConfigurationIsRememberedForFiveSeconds) {
    FakeClusters clusters({"a"});
    clusters.ask(phone_file);
    clusters.not_found("a");
    clusters.asked();
    clusters.pass(5s - 1ms);
    CHECK_EQUAL(text("not_found:negative"), said(clusters.ask(phone_file)));
    clusters.pass(1ms);
    clusters.ask(phone_file);
    CHECK_EQUAL(text("a"), clusters.asked());
}

TEST(ResolverResults, OneFileOfAPhoneFoundMakesItsOthersBeAskedForAgain) {
    FakeClusters clusters({"a"});
    clusters.ask("CTLSEP001122334455.tlv");
    clusters.not_found("a");
    clusters.ask(phone_file);
    clusters.give("a", "config");
    clusters.asked();
    clusters.ask("CTLSEP001122334455.tlv");
    CHECK_EQUAL(text("a"), clusters.asked());
}

TEST(ResolverResults, TrustListThatNobodyCanBeAskedForIsAbsentIfItsPhoneHasBootedBefore) {
    FakeClusters clusters({"a"});
    const auto unknown = clusters.ask("CTLSEP001122334455.tlv");
    clusters.unreachable("a");
    CHECK_EQUAL(text("unavailable"), said(unknown));
    clusters.ask(phone_file);
    clusters.give("a", "config");
    const auto known = clusters.ask("CTLSEP001122334455.tlv");
    clusters.unreachable("a");
    CHECK_EQUAL(text("not_found:"), said(known));
    // Nothing is remembered of it: the next phone's question is asked again.
    clusters.asked();
    clusters.ask("CTLSEP001122334455.tlv");
    CHECK_EQUAL(text("a"), clusters.asked());
}
