#include "tftpd/resolve/rival_watch.h"

#include "tests/unit/resolve/fake_clusters.h"
#include "tftpd/base/counters.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using branchline::test::FakeClusters;
using branchline::test::said;

namespace {

constexpr auto phone_file = "SEP001122334455.cnf.xml";

std::string rivals(const FakeClusters& clusters) {
    std::string text;
    for (const auto& rival : clusters.core->rivals()) {
        text += rival.name + ":" + rival.owner + "+" + rival.other + " ";
    }
    return text;
}

}  // namespace

// Through ResolverCore, which says when to look and what follows of it.
TEST_GROUP(RivalWatch){};

TEST(RivalWatch, ClustersNotHeardYetAreAskedAfterThePhoneWasAnswered) {
    FakeClusters clusters({"a", "b", "c"});
    const auto answer = clusters.ask(phone_file);
    clusters.not_found("c");
    clusters.asked();
    clusters.give("a", "config");
    CHECK_EQUAL(std::string("content:cluster:a:config"), said(answer));
    CHECK_EQUAL(std::string("b"), clusters.asked());
    clusters.not_found("b");
    CHECK_EQUAL(std::string(), rivals(clusters));
    CHECK_EQUAL(0u, clusters.running());
}

TEST(RivalWatch, SecondHomeIsKnownAndCountedAndItsBytesAreNotTaken) {
    FakeClusters clusters({"a", "b"});
    const auto before = counters.get(Counter::owner_rivals);
    clusters.ask(phone_file);
    clusters.give("a", "config");
    clusters.found("b", 100);
    CHECK_EQUAL(std::string("SEP001122334455.cnf.xml:a+b "), rivals(clusters));
    CHECK_EQUAL(before + 1, counters.get(Counter::owner_rivals));
    CHECK_EQUAL(0u, clusters.running());
    CHECK_EQUAL(std::string("content:cache:a:config"), said(clusters.ask(phone_file)));
}

TEST(RivalWatch, HomeListedEarlierGetsTheNameBack) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(phone_file);
    clusters.unreachable("a");
    clusters.give("b", "config of b");
    clusters.asked();
    clusters.give("a", "config of a");
    const auto answer = clusters.ask(phone_file);
    CHECK_EQUAL(std::string("a b"), clusters.asked());
    clusters.give("a", "config of a");
    CHECK_EQUAL(std::string("content:cluster:a:config of a"), said(answer));
}

TEST(RivalWatch, OneNameIsNotLookedForAgainWithinTenMinutesUnlessItsPhoneBoots) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(phone_file);
    clusters.give("a", "config");
    clusters.not_found("b");
    clusters.pass(15s);
    clusters.asked();
    clusters.ask(phone_file);
    clusters.give("a", "config");
    CHECK_EQUAL(std::string("a"), clusters.asked());
    clusters.core->phone_boots("001122334455");
    clusters.ask(phone_file);
    clusters.give("a", "config");
    CHECK_EQUAL(std::string("a b b"), clusters.asked());
}

TEST(RivalWatch, FilesThatEveryClusterMayHaveAreNotLookedFor) {
    FakeClusters clusters({"a", "b"});
    for (const auto* name : {"ringlist.xml", "CTLSEP001122334455.tlv"}) {
        clusters.ask(name);
        clusters.asked();
        clusters.give("a", "bytes");
        CHECK_EQUAL(std::string(), clusters.asked());
    }
}

TEST(RivalWatch, CaseIsClosedWhenOneOfTheTwoSaysNo) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(phone_file);
    clusters.give("a", "config");
    clusters.found("b", 100);
    clusters.core->phone_boots("001122334455");
    clusters.ask(phone_file);
    clusters.not_found("b");
    clusters.give("a", "config");
    CHECK_EQUAL(std::string(), rivals(clusters));
}

TEST(RivalWatch, ReconfigurationDropsWhatIsUnderWay) {
    FakeClusters clusters({"a", "b"});
    clusters.ask(phone_file);
    clusters.give("a", "config");
    clusters.reconfigure({"b"});
    clusters.run();
    CHECK_EQUAL(0u, clusters.running());
}
