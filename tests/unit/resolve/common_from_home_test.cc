// Questions that only one cluster may answer.
#include "tests/unit/resolve/fake_clusters.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using branchline::test::FakeClusters;
using branchline::test::said;
using branchline::test::text;

namespace {

constexpr auto common_file = "ringlist.xml.sgn";

}  // namespace

TEST_GROUP(CommonFromHome) {
    FakeClusters clusters{{"hq", "north"}};
};

TEST(CommonFromHome, OnlyTheHomeClusterIsAsked) {
    const auto answer = clusters.ask(common_file, false, "north");
    CHECK_EQUAL(text("north"), clusters.asked());
    clusters.give("north", "of north");
    CHECK_EQUAL(text("content:cluster:north:of north"), said(answer));
    CHECK_EQUAL(text("content:cache:north:of north"), said(clusters.ask(common_file, false, "north")));
}

TEST(CommonFromHome, AnotherClustersCopyDoesNotDo) {
    clusters.ask(common_file, false, "north");
    clusters.give("north", "of north");
    clusters.asked();
    const auto answer = clusters.ask(common_file, false, "hq");
    CHECK_EQUAL(text("hq"), clusters.asked());
    clusters.give("hq", "of hq");
    CHECK_EQUAL(text("content:cluster:hq:of hq"), said(answer));
}

TEST(CommonFromHome, TwoHomesAreAskedAtOnceAndEachAnswersItsOwn) {
    const auto hq = clusters.ask(common_file, false, "hq");
    const auto north = clusters.ask(common_file, false, "north");
    const auto joined = clusters.ask(common_file, false, "hq");
    CHECK_EQUAL(text("hq north"), clusters.asked());
    clusters.give("north", "of north");
    CHECK_EQUAL(text("nothing"), said(hq));
    clusters.give("hq", "of hq");
    CHECK_EQUAL(text("content:cluster:north:of north"), said(north));
    CHECK_EQUAL(text("content:cluster:hq:of hq"), said(hq));
    CHECK_EQUAL(text("content:cluster:hq:of hq"), said(joined));
}

TEST(CommonFromHome, WhatHomeDoesNotHaveIsNotFoundThereAlone) {
    const auto answer = clusters.ask(common_file, false, "hq");
    clusters.not_found("hq");
    CHECK_EQUAL(text("not_found:"), said(answer));
    CHECK_EQUAL(text("not_found:negative"), said(clusters.ask(common_file, false, "hq")));
    clusters.asked();
    const auto everywhere = clusters.ask(common_file);
    CHECK_EQUAL(text("hq north"), clusters.asked());
    clusters.not_found("hq");
    clusters.give("north", "of north");
    CHECK_EQUAL(text("content:cluster:north:of north"), said(everywhere));
}

TEST(CommonFromHome, TheLastGoodCopyIsHomesToo) {
    clusters.ask(common_file, false, "north");
    clusters.give("north", "of north");
    clusters.pass(std::chrono::hours(1));
    const auto north = clusters.ask(common_file, false, "north");
    clusters.unreachable("north");
    CHECK_EQUAL(text("content:stale:north:of north"), said(north));
    const auto hq = clusters.ask(common_file, false, "hq");
    clusters.unreachable("hq");
    CHECK_EQUAL(text("unavailable"), said(hq));
}

TEST(CommonFromHome, AClusterThatIsGoneAnswersNothing) {
    CHECK_EQUAL(text("not_found:"), said(clusters.ask(common_file, false, "south")));
}
