// When something is sent again, and when a phone is given up.
#include "tests/unit/tftp/read_bench.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_GROUP(ReadTransferTiming){};

TEST(ReadTransferTiming, NobodyWhoNeverAnsweredGetsMoreThanThreeDatagrams) {
    for (const auto& options :
         {OptionList{}, window_of_four, OptionList{{"blksize", "65464"}}, OptionList{{"timeout", "255"}}}) {
        ReadBench bench(1000000, options);
        bench.sends();
        for (int i = 0; i < 50; ++i) {
            bench.transfer.on_repeated_request(bench.now);
            bench.sends();
            bench.after(milliseconds(700));
        }
        CHECK_EQUAL(3, bench.datagrams);
        CHECK(bench.wire_bytes <= 1632);
        CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::peer_silent));
    }
}

TEST(ReadTransferTiming, CancellingDoesNotMakeAFourthDatagramForSomebodyWhoNeverAnswered) {
    ReadBench bench(1000);
    bench.sends();
    bench.timeout();
    bench.timeout();
    bench.transfer.cancel(ErrorCode::undefined, "shutting down", true);
    STRINGS_EQUAL("", bench.sends());
    CHECK_EQUAL(3, bench.datagrams);
}

TEST(ReadTransferTiming, RepeatedRequestsDoNotKeepASilentTransferAlive) {
    ReadBench bench(1000);
    bench.sends();
    for (int i = 0; i < 30; ++i) {
        bench.transfer.on_repeated_request(bench.now);
        bench.after(milliseconds(500));
    }
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::peer_silent));
}

TEST(ReadTransferTiming, AfterATimeoutTheWholeWindowGoesAgain) {
    ReadBench bench(10000, window_of_four);
    bench.sends();
    bench.ack(0);
    STRINGS_EQUAL("D1:100 D2:100 D3:100 D4:100", bench.timeout());
    CHECK_EQUAL(4, bench.transfer.statistics().resent);
}

TEST(ReadTransferTiming, AnAckOfTheFirstSendingCountsDuringTheSecond) {
    ReadBench bench(10000, window_of_four);
    bench.sends();
    bench.ack(0);
    bench.now = bench.transfer.deadline();
    bench.transfer.on_timer(bench.now);
    Bytes room(104);
    CHECK(bench.transfer.next_datagram(room, bench.now).has_value());  // only D1 is out again
    STRINGS_EQUAL("D5:100 D6:100 D7:100 D8:100", bench.ack(4));
}

TEST(ReadTransferTiming, ALostBlockComesAgainBackingOffExponentially) {
    ReadBench bench(5000);
    bench.sends();
    bench.now += milliseconds(50);
    STRINGS_EQUAL("D2:512", bench.ack(1));
    CHECK_EQUAL(150, bench.wait_ms());  // 50 + 4 * 25
    STRINGS_EQUAL("", bench.after(milliseconds(149)));
    STRINGS_EQUAL("D2:512", bench.after(milliseconds(1)));
    CHECK_EQUAL(300, bench.wait_ms());
    STRINGS_EQUAL("D2:512", bench.timeout());
    CHECK_EQUAL(600, bench.wait_ms());
    CHECK_EQUAL(2, bench.transfer.statistics().resent);
}

TEST(ReadTransferTiming, AnswersToBlocksSentTwiceAreNotMeasured) {
    ReadBench bench(5000);
    bench.sends();
    bench.now += milliseconds(50);
    bench.ack(1);
    bench.timeout();
    bench.now += milliseconds(100);
    bench.ack(2);
    CHECK_EQUAL(50, std::chrono::duration_cast<milliseconds>(bench.transfer.round_trip().smoothed()).count());
}

TEST(ReadTransferTiming, APeerThatBecameSlowIsNotSentEverythingTwice) {
    ReadBench bench(512 * 100);
    bench.sends();
    for (std::uint16_t block = 1; block <= 10; ++block) {
        bench.now += milliseconds(1);
        bench.ack(block);
    }
    // From here on each answer takes 300 ms: longer than any wait learned so far.
    for (std::uint16_t block = 11; block <= 90; ++block) {
        const auto answer_at = bench.now + milliseconds(300);
        while (bench.transfer.deadline() < answer_at) {
            bench.timeout();
        }
        bench.now = answer_at;
        bench.ack(block);
    }
    CHECK(bench.transfer.statistics().resent < 20);
}

TEST(ReadTransferTiming, ARepeatedAckShowsLifeAndBringsTheTimerBack) {
    ReadBench bench(5000);
    bench.sends();
    bench.now += milliseconds(50);
    bench.ack(1);
    for (int i = 0; i < 4; ++i) {
        bench.timeout();
    }
    CHECK_EQUAL(2400, bench.wait_ms());
    STRINGS_EQUAL("", bench.ack(1));
    CHECK_EQUAL(150, bench.wait_ms());
    STRINGS_EQUAL("D2:512", bench.timeout());
}

TEST(ReadTransferTiming, RepeatedAcksNeverPutTheTimerOff) {
    ReadBench bench(5000);
    bench.sends();
    bench.now += milliseconds(50);
    bench.ack(1);
    STRINGS_EQUAL("", bench.after(milliseconds(100)));
    bench.ack(1);
    CHECK_EQUAL(50, bench.wait_ms());
}

TEST(ReadTransferTiming, APeerThatFallsSilentIsGivenUpAfterLimitedResends) {
    ReadTransferLimits limits;
    limits.resends = 4;
    ReadBench bench(5000, {}, limits);
    bench.sends();
    bench.now += milliseconds(10);
    bench.ack(1);
    const auto last_heard = bench.now;
    while (bench.transfer.state() == ReadTransfer::State::running) {
        bench.timeout();
    }
    CHECK_EQUAL(2 + 4, bench.datagrams);
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::peer_silent));
    CHECK(bench.now - last_heard >= limits.patience);
    CHECK(bench.now - last_heard < limits.patience + seconds(8));
}

TEST(ReadTransferTiming, APeerThatSpeaksAgainAfterTheResendsIsServedOn) {
    ReadBench bench(5000);
    bench.sends();
    bench.now += milliseconds(10);
    bench.ack(1);
    for (int i = 0; i < 6; ++i) {
        STRINGS_EQUAL("D2:512", bench.timeout());
    }
    STRINGS_EQUAL("", bench.after(milliseconds(6400)));
    bench.ack(1);
    STRINGS_EQUAL("D2:512", bench.timeout());
    STRINGS_EQUAL("D3:512", bench.ack(2));
}

TEST(ReadTransferTiming, APeerThatOnlyRepeatsItselfIsGivenUp) {
    ReadBench bench(5000);
    bench.sends();
    bench.ack(1);
    const auto start = bench.now;
    bool told = false;
    for (int i = 0; i < 1000 && bench.transfer.state() == ReadTransfer::State::running; ++i) {
        bench.ack(1);
        told = bench.timeout() == "E0";
    }
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::protocol_error));
    CHECK(told);
    CHECK(bench.now - start >= seconds(60));
    CHECK(bench.now - start < seconds(70));
}

TEST(ReadTransferTiming, WhenTheLastAckIsLostTheLastBlockComesAgainAndThenItEnds) {
    ReadBench bench(700);
    bench.sends();
    STRINGS_EQUAL("D2:188", bench.ack(1));
    STRINGS_EQUAL("D2:188", bench.timeout());
    ReadBench silent(700);
    silent.sends();
    silent.ack(1);
    for (int i = 0; i < 20 && silent.transfer.state() == ReadTransfer::State::running; ++i) {
        silent.timeout();
    }
    CHECK(silent.is(ReadTransfer::State::failed, ReadTransfer::End::peer_silent));
    STRINGS_EQUAL("", bench.ack(2));
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
}

TEST(ReadTransferTiming, TheTimeoutOptionIsTheTimeToSendAgain) {
    ReadBench bench(5000, {{"timeout", "3"}});
    bench.sends();
    bench.now += milliseconds(10);
    STRINGS_EQUAL("D1:512", bench.ack(0));
    STRINGS_EQUAL("", bench.after(milliseconds(2999)));
    STRINGS_EQUAL("D1:512", bench.after(milliseconds(1)));
    CHECK_EQUAL(3000, bench.wait_ms());
}

TEST(ReadTransferTiming, ALongTimeoutOptionIsRespectedToTheEnd) {
    ReadBench bench(5000, {{"timeout", "255"}});
    bench.sends();
    bench.ack(0);
    for (int i = 0; i < 6; ++i) {
        STRINGS_EQUAL("D1:512", bench.after(seconds(255)));
    }
    STRINGS_EQUAL("", bench.after(seconds(255)));
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::peer_silent));
}

TEST(ReadTransferTiming, ALongTimeoutOptionDoesNotHoldATransferNobodyConfirmed) {
    ReadBench bench(5000, {{"timeout", "255"}});
    bench.sends();
    for (int i = 0; i < 3; ++i) {
        bench.timeout();
    }
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::peer_silent));
    CHECK(bench.now - TimePoint{} <= seconds(24));
}

TEST(ReadTransferTiming, EarlyTimerCallsDoNothing) {
    ReadBench bench(5000);
    bench.sends();
    STRINGS_EQUAL("", bench.after(milliseconds(999)));
    STRINGS_EQUAL("D1:512", bench.after(milliseconds(1)));
}
