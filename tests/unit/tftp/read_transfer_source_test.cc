// A file that still arrives, or never does, while it is served.
#include "tests/unit/tftp/read_bench.h"

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_GROUP(ReadTransferSource){};

TEST(ReadTransferSource, WhileTheSourceIsPendingNoTimerEndsIt) {
    ReadBench bench(2000);
    bench.source->set_available(600);
    STRINGS_EQUAL("D1:512", bench.sends());
    STRINGS_EQUAL("", bench.ack(1));
    CHECK(bench.is(ReadTransfer::State::waiting_for_source, ReadTransfer::End::none));
    STRINGS_EQUAL("", bench.after(std::chrono::hours(1)));
    STRINGS_EQUAL("", bench.ack(1));
    CHECK(bench.is(ReadTransfer::State::waiting_for_source, ReadTransfer::End::none));
    bench.source->set_available(2000);
    bench.transfer.on_source_grew(bench.now);
    STRINGS_EQUAL("D2:512", bench.sends());
    STRINGS_EQUAL("D3:512", bench.ack(2));
    STRINGS_EQUAL("D4:464", bench.ack(3));
    STRINGS_EQUAL("", bench.ack(4));
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
    CHECK(bench.content_right);
}

TEST(ReadTransferSource, ASourceThatGrewTooLittleIsWaitedForAgain) {
    ReadBench bench(2000);
    bench.source->set_available(0);
    STRINGS_EQUAL("", bench.sends());
    bench.transfer.on_repeated_request(bench.now);
    bench.source->set_available(511);
    bench.transfer.on_source_grew(bench.now);
    STRINGS_EQUAL("", bench.sends());
    CHECK(bench.is(ReadTransfer::State::waiting_for_source, ReadTransfer::End::none));
    bench.source->set_available(512);
    bench.transfer.on_source_grew(bench.now);
    STRINGS_EQUAL("D1:512", bench.sends());
}

TEST(ReadTransferSource, TheOackDoesNotWaitForTheSource) {
    ReadBench bench(2000, window_of_four);
    bench.source->set_available(0);
    STRINGS_EQUAL("OACK", bench.sends());
    STRINGS_EQUAL("", bench.ack(0));
    CHECK(bench.is(ReadTransfer::State::waiting_for_source, ReadTransfer::End::none));
}

TEST(ReadTransferSource, ABlockLostBeforeAPauseOfTheSourceIsSentAgainWhenThePeerSaysSo) {
    ReadBench bench(2000, window_of_four);
    bench.source->set_available(300);
    bench.sends();
    STRINGS_EQUAL("D1:100 D2:100 D3:100", bench.ack(0));
    CHECK(bench.is(ReadTransfer::State::waiting_for_source, ReadTransfer::End::none));
    STRINGS_EQUAL("D2:100 D3:100", bench.ack(1));
    CHECK(bench.is(ReadTransfer::State::waiting_for_source, ReadTransfer::End::none));
}

TEST(ReadTransferSource, APauseOfTheSourceIsNotMeasuredAsRoundTrip) {
    ReadBench bench(2000, window_of_four);
    bench.source->set_available(300);
    bench.sends();
    bench.now += milliseconds(10);
    bench.ack(0);
    bench.now += seconds(5);
    bench.ack(3);
    CHECK_EQUAL(10, std::chrono::duration_cast<milliseconds>(bench.transfer.round_trip().smoothed()).count());
}

TEST(ReadTransferSource, AFailedSourceIsToldAndEndsIt) {
    ReadBench bench(2000);
    bench.sends();
    bench.source->fail();
    STRINGS_EQUAL("E0", bench.ack(1));
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::source_failed));
    STRINGS_EQUAL("", bench.sends());
}
