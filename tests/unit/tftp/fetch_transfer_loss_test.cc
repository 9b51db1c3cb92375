// What is lost, late or sent twice while a file is fetched.
#include "tests/unit/tftp/fetch_bench.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;
using std::chrono::milliseconds;
using State = FetchTransfer::State;
using End = FetchTransfer::End;

TEST_GROUP(FetchTransferLoss){};

TEST(FetchTransferLoss, TheRequestIsRepeatedWithinThePatience) {
    FetchBench bench;
    STRINGS_EQUAL("RRQ", bench.sends());
    STRINGS_EQUAL("RRQ", bench.timeout());
    CHECK_EQUAL(214, bench.elapsed_ms());  // 1500 ms shared out 1 : 2 : 4
    STRINGS_EQUAL("RRQ", bench.timeout());
    CHECK_EQUAL(642, bench.elapsed_ms());
    STRINGS_EQUAL("", bench.timeout());
    CHECK_EQUAL(1500, bench.elapsed_ms());
    CHECK(bench.is(State::failed, End::silent));
}

TEST(FetchTransferLoss, ASecondAnswerToOneRequestEndsIt) {
    FetchBench oacks;
    oacks.sends();
    oacks.oack(tsize_250, 5000);
    STRINGS_EQUAL("E0", oacks.oack(tsize_250, 5001));
    CHECK(oacks.is(State::failed, End::two_answers));
    FetchBench blocks;
    blocks.sends();
    blocks.data(1, 512, 512, 5000);
    STRINGS_EQUAL("E0", blocks.data(1, 512, 512, 5001));
    CHECK(blocks.is(State::failed, End::two_answers));
}

TEST(FetchTransferLoss, ARequestSentTwiceMayBeAnsweredTwiceAlike) {
    FetchBench bench;
    bench.sends();
    bench.timeout();
    bench.oack(tsize_250, 5000);
    STRINGS_EQUAL("", bench.oack(tsize_250, 5001));
    STRINGS_EQUAL("", bench.oack(tsize_250, 5001));
    CHECK(bench.is(State::running, End::none));
    STRINGS_EQUAL("E0", bench.oack(tsize_250, 5002));
    CHECK(bench.is(State::failed, End::two_answers));
}

TEST(FetchTransferLoss, ARequestSentTwiceMayNotBeAnsweredInTwoWays) {
    FetchBench bench;
    bench.sends();
    bench.timeout();
    bench.oack(tsize_250, 5000);
    STRINGS_EQUAL("E0", bench.oack({{"tsize", "251"}}, 5001));
    CHECK(bench.is(State::failed, End::two_answers));
}

TEST(FetchTransferLoss, StrangersThatDoNotAnswerTheRequestDisturbNothing) {
    FetchBench bench;
    bench.sends();
    bench.oack(tsize_250);
    STRINGS_EQUAL("", bench.error(1, 7777));
    STRINGS_EQUAL("", bench.data(2, 100, 100, 7777));
    STRINGS_EQUAL("", bench.on(7777, "junk"));
    CHECK_EQUAL(3, bench.fetch.passed_over());
    CHECK_EQUAL(0, bench.got);
    bench.data(1, 100, 100);
    bench.data(2, 100, 100);
    STRINGS_EQUAL("A3", bench.data(3, 50, 100));
    CHECK(bench.is(State::done, End::completed));
    CHECK(bench.content_right);
}

TEST(FetchTransferLoss, AGapIsToldOnceWithTheLastBlockInOrder) {
    FetchBench bench;
    bench.sends();
    bench.oack({{"blksize", "100"}, {"windowsize", "8"}});
    bench.data(1, 100, 100);
    bench.data(2, 100, 100);
    STRINGS_EQUAL("A2", bench.data(4, 100, 100));
    STRINGS_EQUAL("", bench.data(5, 100, 100));
    STRINGS_EQUAL("", bench.data(6, 100, 100));
    CHECK_EQUAL(200, bench.got);
    STRINGS_EQUAL("", bench.data(3, 100, 100));
    for (std::uint16_t block = 4; block < 10; ++block) {
        STRINGS_EQUAL("", bench.data(block, 100, 100));
    }
    STRINGS_EQUAL("A10", bench.data(10, 100, 100));  // eight after the last ACK
    CHECK(bench.content_right);
}

TEST(FetchTransferLoss, ANewGapIsToldToo) {
    FetchBench bench;
    bench.sends();
    bench.oack({{"blksize", "100"}, {"windowsize", "8"}});
    bench.data(1, 100, 100);
    STRINGS_EQUAL("A1", bench.data(3, 100, 100));
    STRINGS_EQUAL("", bench.data(2, 100, 100));
    STRINGS_EQUAL("A2", bench.data(4, 100, 100));
}

TEST(FetchTransferLoss, AGapIsToldAgainWhenTheServerSentAgain) {
    FetchBench bench;
    bench.sends();
    bench.oack(window_of_four);
    bench.data(1, 100, 100);
    STRINGS_EQUAL("A1", bench.data(3, 100, 100));
    STRINGS_EQUAL("", bench.data(4, 100, 100));
    STRINGS_EQUAL("A1", bench.data(3, 100, 100));
}

TEST(FetchTransferLoss, ARepeatedBlockIsAcknowledgedOnlyIfItsAckMayBeLost) {
    FetchBench bench;
    bench.sends();
    bench.oack(window_of_four);
    bench.data(1, 100, 100);
    STRINGS_EQUAL("", bench.data(1, 100, 100));  // in the middle of a window nothing was acknowledged
    bench.data(2, 100, 100);
    bench.data(3, 100, 100);
    STRINGS_EQUAL("A4", bench.data(4, 100, 100));
    STRINGS_EQUAL("", bench.data(2, 100, 100));
    STRINGS_EQUAL("A4", bench.data(4, 100, 100));
    CHECK_EQUAL(400, bench.got);
}

TEST(FetchTransferLoss, ARepeatedOackIsAcknowledgedUntilDataCame) {
    FetchBench bench;
    bench.sends();
    bench.oack(window_of_four);
    STRINGS_EQUAL("A0", bench.oack(window_of_four));
    bench.data(1, 100, 100);
    STRINGS_EQUAL("", bench.oack(window_of_four));
}

TEST(FetchTransferLoss, SilenceRepeatsTheLastAckAndEndsAtTheLimit) {
    FetchBench bench;
    bench.sends();
    bench.oack(window_of_four);
    bench.data(1, 100, 100);
    for (int i = 0; i < 5; ++i) {
        STRINGS_EQUAL("A1", bench.timeout());
    }
    STRINGS_EQUAL("", bench.timeout());
    CHECK(bench.is(State::failed, End::silent));
}

TEST(FetchTransferLoss, WaitsForDataDouble) {
    FetchBench bench;
    bench.sends();
    bench.now += milliseconds(100);
    bench.oack(window_of_four);
    const auto first = bench.fetch.deadline() - bench.now;
    bench.timeout();
    const auto second = bench.fetch.deadline() - bench.now;
    CHECK(second == 2 * first);
}

TEST(FetchTransferLoss, AfterTheEndTheLastBlockIsStillAcknowledged) {
    FetchBench bench;
    bench.sends();
    STRINGS_EQUAL("A1", bench.data(1, 100, 512));
    STRINGS_EQUAL("A1", bench.data(1, 100, 512));
    CHECK(bench.is(State::done, End::completed));
    CHECK_EQUAL(100, bench.got);
    STRINGS_EQUAL("", bench.error(0));
    CHECK(bench.is(State::done, End::completed));
}
