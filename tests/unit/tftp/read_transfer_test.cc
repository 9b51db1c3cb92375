#include "tftpd/tftp/read_transfer.h"

#include "tests/unit/tftp/read_bench.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;
using namespace std::string_literals;
using std::chrono::seconds;

TEST_GROUP(ReadTransfer){};

TEST(ReadTransfer, WithoutOptionsTheFirstBlockComesAtOnce) {
    ReadBench bench(1000);
    STRINGS_EQUAL("D1:512", bench.sends());
    STRINGS_EQUAL("D2:488", bench.ack(1));
    STRINGS_EQUAL("", bench.ack(2));
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
    CHECK(bench.content_right);
    CHECK_EQUAL(1000, bench.transfer.statistics().bytes);
    CHECK_EQUAL(2, bench.transfer.statistics().blocks);
    CHECK_EQUAL(0, bench.transfer.statistics().resent);
}

TEST(ReadTransfer, AnEmptyFileIsOneEmptyBlock) {
    ReadBench bench(0);
    STRINGS_EQUAL("D1:0", bench.sends());
    STRINGS_EQUAL("", bench.ack(1));
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
    CHECK_EQUAL(0, bench.transfer.statistics().bytes);
}

TEST(ReadTransfer, AMultipleOfTheBlockSizeEndsWithAnEmptyBlock) {
    ReadBench bench(1024);
    STRINGS_EQUAL("D1:512", bench.sends());
    STRINGS_EQUAL("D2:512", bench.ack(1));
    STRINGS_EQUAL("D3:0", bench.ack(2));
    STRINGS_EQUAL("", bench.ack(3));
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
    CHECK_EQUAL(1024, bench.transfer.statistics().bytes);
}

TEST(ReadTransfer, WithOptionsNothingButTheOackGoesBeforeAckZero) {
    ReadBench bench(1000, window_of_four);
    STRINGS_EQUAL("OACK", bench.sends());
    STRINGS_EQUAL("", bench.ack(1));
    CHECK_FALSE(bench.transfer.answered());
    STRINGS_EQUAL("D1:100 D2:100 D3:100 D4:100", bench.ack(0));
    CHECK(bench.transfer.answered());
}

TEST(ReadTransfer, TheOackSaysTsizeOfAnEmptyFile) {
    ReadBench bench(0, {{"tsize", "0"}});
    STRINGS_EQUAL("OACK", bench.sends());
    STRINGS_EQUAL("D1:0", bench.ack(0));
}

TEST(ReadTransfer, ARepeatedRequestGetsTheFirstAnswerAgain) {
    ReadBench plain(1000);
    plain.sends();
    plain.transfer.on_repeated_request(plain.now);
    STRINGS_EQUAL("D1:512", plain.sends());
    ReadBench with_options(1000, window_of_four);
    with_options.sends();
    with_options.transfer.on_repeated_request(with_options.now);
    STRINGS_EQUAL("OACK", with_options.sends());
    CHECK_EQUAL(1, with_options.transfer.statistics().resent);
}

TEST(ReadTransfer, ARepeatedRequestChangesNothingOnceThePeerAnswered) {
    ReadBench bench(2000);
    bench.sends();
    bench.ack(1);
    bench.transfer.on_repeated_request(bench.now);
    STRINGS_EQUAL("", bench.sends());
}

TEST(ReadTransfer, DuplicateAckIsNotAnswered) {
    ReadBench bench(5000);
    bench.sends();
    STRINGS_EQUAL("D2:512", bench.ack(1));
    for (int i = 0; i < 10; ++i) {
        STRINGS_EQUAL("", bench.ack(1));
    }
    STRINGS_EQUAL("D3:512", bench.ack(2));
}

TEST(ReadTransfer, DuplicateAckZeroIsNotAnswered) {
    ReadBench bench(1000, window_of_four);
    bench.sends();
    bench.ack(0);
    STRINGS_EQUAL("", bench.ack(0));
}

TEST(ReadTransfer, OldAndFutureAcksAreIgnored) {
    ReadBench bench(100000);
    bench.sends();
    bench.ack(1);
    bench.ack(2);  // 3 is in flight
    for (const int block : {0, 1, 4, 5, 1000, 32769, 65535}) {
        STRINGS_EQUAL("", bench.ack(static_cast<std::uint16_t>(block)));
    }
    CHECK_EQUAL(2, bench.transfer.statistics().blocks);
    STRINGS_EQUAL("D4:512", bench.ack(3));
}

TEST(ReadTransfer, AnAckOfNothingIsNoAnswerToTheFirstBlock) {
    ReadBench bench(1000);
    bench.sends();
    STRINGS_EQUAL("", bench.ack(0));
    CHECK_FALSE(bench.transfer.answered());
}

TEST(ReadTransfer, PartialAckRestartsTheWindowAfterIt) {
    ReadBench bench(10000, window_of_four);
    bench.sends();
    bench.ack(0);
    STRINGS_EQUAL("D3:100 D4:100 D5:100 D6:100", bench.ack(2));
    STRINGS_EQUAL("D7:100 D8:100 D9:100 D10:100", bench.ack(6));
    CHECK_EQUAL(2, bench.transfer.statistics().resent);
    CHECK(bench.content_right);
}

TEST(ReadTransfer, TheLastWindowEndsWithTheFile) {
    ReadBench bench(250, window_of_four);
    bench.sends();
    STRINGS_EQUAL("D1:100 D2:100 D3:50", bench.ack(0));
    STRINGS_EQUAL("", bench.ack(3));
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
}

TEST(ReadTransfer, BlockNumbersWrapToZero) {
    // 200 MB at 512 bytes, in lock-step: 390,626 blocks, five wraps.
    ReadBench bench(200'000'000);
    Bytes room(516);
    std::uint64_t total = 0;
    auto size = bench.transfer.next_datagram(room, bench.now);
    for (std::uint32_t block = 1; size; ++block) {
        CHECK_EQUAL(block & 0xffff, read_u16(room, 2));
        if (block % 1000 == 0 || (block & 0xffff) < 2) {
            CHECK_EQUAL(pattern_byte(total), room[4]);
        }
        total += *size - data_header_size;
        bench.transfer.on_packet(Ack{static_cast<std::uint16_t>(block)}, bench.now);
        size = bench.transfer.next_datagram(room, bench.now);
    }
    CHECK_EQUAL(200'000'000, total);
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
    CHECK_EQUAL(390'626, bench.transfer.statistics().blocks);
}

TEST(ReadTransfer, AWindowMayLieAcrossTheWrap) {
    ReadBench bench(8 * 65600, {{"blksize", "8"}, {"windowsize", "10"}});
    bench.sends();
    bench.ack(0);
    for (std::uint32_t block = 10; block <= 65530; block += 10) {
        bench.transfer.on_packet(Ack{static_cast<std::uint16_t>(block)}, bench.now);
        CHECK_FALSE(bench.sends().empty());
    }
    STRINGS_EQUAL("D65535:8 D0:8 D1:8 D2:8 D3:8 D4:8 D5:8 D6:8 D7:8 D8:8", bench.ack(65534));
    STRINGS_EQUAL("D2:8 D3:8 D4:8 D5:8 D6:8 D7:8 D8:8 D9:8 D10:8 D11:8", bench.ack(1));
    STRINGS_EQUAL("", bench.ack(65535));
}

TEST(ReadTransfer, AnErrorEndsItAndIsNotAnswered) {
    ReadBench bench(5000);
    bench.sends();
    STRINGS_EQUAL("", bench.on(ErrorPacket{ErrorCode::disk_full, "full"}));
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::peer_error));
    bench.now += seconds(100);
    STRINGS_EQUAL("", bench.timeout());
    STRINGS_EQUAL("", bench.ack(1));
}

TEST(ReadTransfer, PacketsWithoutMeaningChangeNothing) {
    ReadBench bench(5000);
    bench.sends();
    STRINGS_EQUAL("", bench.on(Data{1, {}}));
    STRINGS_EQUAL("", bench.on(OptionAck{}));
    STRINGS_EQUAL("", bench.on(BadMode{}));
    STRINGS_EQUAL("", bench.on(Request{}));
    CHECK_FALSE(bench.transfer.answered());
    STRINGS_EQUAL("D2:512", bench.ack(1));
}

TEST(ReadTransfer, CancelTellsThePeerOnlyIfAsked) {
    ReadBench told(2000);
    told.sends();
    told.transfer.cancel(ErrorCode::access_violation, "no", true);
    STRINGS_EQUAL("E2", told.sends());
    STRINGS_EQUAL("", told.sends());
    CHECK(told.is(ReadTransfer::State::failed, ReadTransfer::End::cancelled));
    ReadBench untold(2000);
    untold.sends();
    untold.transfer.cancel(ErrorCode::access_violation, "no", false);
    STRINGS_EQUAL("", untold.sends());
}

TEST(ReadTransfer, WhatHasEndedStaysEnded) {
    ReadBench bench(100);
    bench.sends();
    bench.ack(1);
    bench.transfer.cancel(ErrorCode::undefined, "late", true);
    bench.transfer.on_source_grew(bench.now);
    bench.transfer.on_repeated_request(bench.now);
    STRINGS_EQUAL("", bench.after(std::chrono::hours(1)));
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
}

TEST(ReadTransfer, TheOptionsAreCopiedNotKept) {
    auto asked = std::make_unique<std::string>("1024");
    const auto source = std::make_shared<PatternSource>(10);
    ReadTransfer transfer(source, negotiate({{"blksize", *asked}}, 10, {}), {}, RoundTrip{}, TimePoint{});
    asked.reset();
    Bytes room(1028);
    const auto size = transfer.next_datagram(room, TimePoint{});
    CHECK("\0\6blksize\0001024\0"s == as_text(ByteView(room).first(*size)));
}

TEST(ReadTransfer, ATransferIsSmall) {
    // 4,096 of them are held at once (threats.md R3).
    CHECK(sizeof(ReadTransfer) <= 512);
}
