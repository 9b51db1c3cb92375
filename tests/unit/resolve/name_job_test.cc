// Jobs are tested where they live: inside a ResolverCore, which gives them their questions and keeps what they bring.
#include "tftpd/resolve/name_job.h"

#include "tests/unit/resolve/fake_clusters.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::test;
using namespace std::chrono_literals;

TEST_GROUP(NameJob){};

TEST(NameJob, SmallFileIsGivenOnlyWhenAllOfItIsThere) {
    FakeClusters clusters({"a"});
    const auto answer = clusters.ask(phone_file);
    clusters.found("a", 6);
    clusters.bytes("a", "con");
    CHECK_EQUAL(text("nothing"), said(answer));
    clusters.bytes("a", "fig");
    CHECK_EQUAL(text("nothing"), said(answer));
    clusters.done("a", FetchResult::complete);
    CHECK_EQUAL(text("content:cluster:a:config"), said(answer));
}

TEST(NameJob, SmallFileThatBreaksOffIsTakenFromTheNextServerUnnoticed) {
    FakeClusters clusters({"a"});
    const auto answer = clusters.ask(phone_file);
    clusters.found("a", 6);
    clusters.bytes("a", "xxx");
    clusters.found("a", 6);  // the next server of the cluster
    clusters.bytes("a", "config");
    clusters.done("a", FetchResult::complete);
    CHECK_EQUAL(text("content:cluster:a:config"), said(answer));
}

TEST(NameJob, SmallFileThatABrokenClusterCannotGiveIsTakenFromTheOther) {
    FakeClusters clusters({"a", "b"});
    const auto answer = clusters.ask(phone_file);
    clusters.found("a", 6);
    clusters.bytes("a", "xxx");
    clusters.asked();
    clusters.done("a", FetchResult::broken);
    CHECK_EQUAL(text("b"), clusters.asked());
    clusters.give("b", "config");
    CHECK_EQUAL(text("content:cluster:b:config"), said(answer));
}

TEST(NameJob, SmallFileThatIsPlainlyNotTheFileIsObjectedTo) {
    FakeClusters clusters({"a"});
    const auto answer = clusters.ask(phone_file);
    clusters.found("a", 13);
    clusters.bytes("a", "<html></html>");
    CHECK_EQUAL(text("an HTML page, not the file"), clusters.objection("a"));
    clusters.found("a", 9);  // the next server of the cluster
    clusters.bytes("a", "<device/>");
    CHECK_EQUAL(text(""), clusters.objection("a"));
    clusters.done("a", FetchResult::complete);
    CHECK_EQUAL(text("content:cluster:a:<device/>"), said(answer));
}

TEST(NameJob, LargeFileIsGivenAtOnceAndGrows) {
    FakeClusters clusters({"a"});
    const std::string file(NameJob::early_size, 'f');
    const auto answer = clusters.ask(common_file);
    clusters.found("a", file.size());
    CHECK_EQUAL(text("content:cluster:a:PENDING"), said(answer));
    clusters.bytes("a", file);
    const auto joined = clusters.ask(common_file);
    CHECK_EQUAL(text("content:cluster:a:PENDING"), said(joined));
    clusters.done("a", FetchResult::complete);
    CHECK(said(answer) == "content:cluster:a:" + file);
    CHECK(said(joined) == "content:cluster:a:" + file);
    CHECK(said(clusters.ask(common_file)) == "content:cache:a:" + file);
}

TEST(NameJob, FileOneByteBelowTheEarlySizeIsWaitedFor) {
    FakeClusters clusters({"a"});
    const auto answer = clusters.ask(common_file);
    clusters.found("a", NameJob::early_size - 1);
    CHECK_EQUAL(text("nothing"), said(answer));
}

TEST(NameJob, FileOfUnknownSizeIsGivenOnceItIsLarge) {
    FakeClusters clusters({"a"});
    const auto answer = clusters.ask(common_file);
    clusters.found("a", std::nullopt);
    clusters.bytes("a", std::string(NameJob::early_size - 1, 'f'));
    CHECK_EQUAL(text("nothing"), said(answer));
    clusters.bytes("a", "f");
    CHECK_EQUAL(text("content:cluster:a:PENDING"), said(answer));
}

TEST(NameJob, SmallFileThatTakesLongIsGivenWhileItGrows) {
    FakeClusters clusters({"a"});
    const auto answer = clusters.ask(common_file);
    clusters.found("a", 1000);
    clusters.bytes("a", std::string(600, 'f'));
    clusters.pass_by_deadlines(2999ms);
    CHECK_EQUAL(text("nothing"), said(answer));
    clusters.pass_by_deadlines(1ms);
    CHECK_EQUAL(text("content:cluster:a:PENDING"), said(answer));
    Bytes block(512);
    CHECK(answer->front().content->read(0, block).state == tftp::BlockRead::State::ok);
}

TEST(NameJob, LargeFileThatBreaksOffFailsForThoseWhoHadItAndIsNotCached) {
    FakeClusters clusters({"a", "b"});
    const auto answer = clusters.ask(common_file);
    clusters.found("a", NameJob::early_size);
    clusters.bytes("a", std::string(1000, 'f'));
    clusters.done("a", FetchResult::broken);
    CHECK_EQUAL(text("content:cluster:a:FAILED"), said(answer));
    CHECK_EQUAL(0u, clusters.cache->list().size());
    CHECK_EQUAL(0u, clusters.core->jobs());
}

TEST(NameJob, LargeFileGoesOnFromTheNextServerIfItIsTheSame) {
    FakeClusters clusters({"a"});
    const std::string file(NameJob::early_size, 'f');
    const auto answer = clusters.ask(common_file);
    clusters.found("a", file.size());
    clusters.bytes("a", file.substr(0, 5000));
    clusters.found("a", file.size());
    clusters.bytes("a", file);
    clusters.done("a", FetchResult::complete);
    CHECK(said(answer) == "content:cluster:a:" + file);
}

TEST(NameJob, LargeFileThatDiffersOnTheNextServerFails) {
    FakeClusters clusters({"a"});
    const auto answer = clusters.ask(common_file);
    clusters.found("a", NameJob::early_size);
    clusters.bytes("a", std::string(5000, 'f'));
    clusters.found("a", NameJob::early_size);
    clusters.bytes("a", std::string(4999, 'f') + "g");
    CHECK_EQUAL(text("content:cluster:a:FAILED"), said(answer));
    CHECK_EQUAL(0u, clusters.running());
    CHECK_EQUAL(0u, clusters.cache->list().size());
}

TEST(NameJob, WhoAsksAgainAfterAnotherSizeWasAnnouncedBeginsAnew) {
    FakeClusters clusters({"a"});
    const auto answer = clusters.ask(common_file);
    clusters.found("a", NameJob::early_size);
    clusters.bytes("a", std::string(5000, 'f'));
    clusters.found("a", NameJob::early_size + 1);  // the cluster's next server, which tells the truth
    CHECK_EQUAL(text("content:cluster:a:FAILED"), said(answer));
    CHECK_EQUAL(0u, clusters.running());
    clusters.asked();
    const auto again = clusters.ask(common_file);
    CHECK_EQUAL(text("a"), clusters.asked());
    const std::string file(NameJob::early_size + 1, 'f');
    clusters.give("a", file);
    CHECK(said(again) == "content:cluster:a:" + file);
}

TEST(NameJob, LosingClusterIsCancelledAndItsBytesAreNotServed) {
    FakeClusters clusters({"a", "b"});
    const auto answer = clusters.ask(phone_file);
    clusters.found("b", 5);
    clusters.bytes("b", "wrong");
    clusters.done("b", FetchResult::complete);
    CHECK_EQUAL(text("nothing"), said(answer));
    clusters.found("a", 5);
    CHECK_EQUAL(1u, clusters.running());
    clusters.bytes("a", "right");
    clusters.done("a", FetchResult::complete);
    CHECK_EQUAL(text("content:cluster:a:right"), said(answer));
}

TEST(NameJob, CandidateThatIsCompleteIsGivenWhenTheEarlierOneStaysSilent) {
    FakeClusters clusters({"a", "b"});
    const auto answer = clusters.ask("ringlist.xml");
    clusters.give("b", "config");
    clusters.pass_by_deadlines(499ms);
    CHECK_EQUAL(text("nothing"), said(answer));
    clusters.pass_by_deadlines(1ms);
    CHECK_EQUAL(text("content:cluster:b:config"), said(answer));
    CHECK_EQUAL(0u, clusters.running());
}

TEST(NameJob, CapsFitTheKindOfFile) {
    FakeClusters clusters({"a"});
    clusters.ask(phone_file);
    CHECK(clusters.fetch("a").caps.max_size == 1u << 20);
    CHECK(clusters.fetch("a").caps.deadline == 30s);
    clusters.ask("firmware.loads");
    CHECK(clusters.fetch("a").caps.max_size == 64u << 20);
    CHECK(clusters.fetch("a").caps.deadline == 600s);
}
