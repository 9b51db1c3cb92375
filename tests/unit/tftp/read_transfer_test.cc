#include "tftpd/tftp/read_transfer.h"

#include "tests/unit/tftp/pattern_source.h"

#include <memory>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;
using namespace std::string_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// One transfer on a bench: what it sends is kept as text ("OACK", "D1:512", "E0"), the clock is ours.
class Bench {
public:
    explicit Bench(std::uint64_t file_size, const OptionList& asked = {}, const ReadTransferLimits& limits = {})
        : source(std::make_shared<PatternSource>(file_size)),
          negotiation(negotiate(asked, file_size, {})),
          transfer(source, negotiation, limits, RoundTrip(limits.round_trip), now),
          room_(65468) {}

    /// Everything that it wants to send now.
    std::string sends() {
        std::string text;
        for (int i = 0; i < 70000; ++i) {
            const auto size = transfer.next_datagram(room_, now);
            if (!size) {
                return text;
            }
            ++datagrams;
            wire_bytes += *size;
            const auto packet = parse(ByteView(room_).first(*size));
            CHECK(packet.has_value());
            text += (text.empty() ? "" : " ") + describe(*packet);
        }
        FAIL("it never stops sending");
        return text;
    }
    std::string on(const Packet& packet) {
        transfer.on_packet(packet, now);
        return sends();
    }
    std::string ack(std::uint16_t block) { return on(Ack{block}); }
    std::string after(Duration elapsed) {
        now += elapsed;
        transfer.on_timer(now);
        return sends();
    }
    /// Lets the clock go on to the deadline.
    std::string timeout() {
        now = std::max(now, transfer.deadline());
        transfer.on_timer(now);
        return sends();
    }
    [[nodiscard]] long wait_ms() const {
        return static_cast<long>(std::chrono::duration_cast<milliseconds>(transfer.deadline() - now).count());
    }
    [[nodiscard]] bool is(ReadTransfer::State state, ReadTransfer::End end) const {
        return transfer.state() == state && transfer.end() == end;
    }

    TimePoint now{};
    std::shared_ptr<PatternSource> source;
    Negotiation negotiation;
    ReadTransfer transfer;
    std::size_t datagrams = 0;
    std::size_t wire_bytes = 0;
    bool content_right = true;

private:
    std::string describe(const Packet& packet) {
        if (const auto* data = std::get_if<Data>(&packet)) {
            // The blocks of the tests' small files do not wrap.
            const auto offset = (data->block - 1u) * std::uint64_t{negotiation.options.block_size};
            for (std::size_t i = 0; i < data->bytes.size(); ++i) {
                content_right = content_right && data->bytes[i] == pattern_byte(offset + i);
            }
            return "D" + std::to_string(data->block) + ":" + std::to_string(data->bytes.size());
        }
        if (const auto* error = std::get_if<ErrorPacket>(&packet)) {
            return "E" + std::to_string(static_cast<int>(error->code));
        }
        return std::holds_alternative<OptionAck>(packet) ? "OACK" : "?";
    }

    Bytes room_;
};

const OptionList window_of_four{{"blksize", "100"}, {"windowsize", "4"}};

}  // namespace

#define STRINGS_EQUAL(expected, actual) CHECK_EQUAL(std::string(expected), (actual))

TEST_GROUP(ReadTransfer){};

TEST(ReadTransfer, WithoutOptionsTheFirstBlockComesAtOnce) {
    Bench bench(1000);
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
    Bench bench(0);
    STRINGS_EQUAL("D1:0", bench.sends());
    STRINGS_EQUAL("", bench.ack(1));
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
    CHECK_EQUAL(0, bench.transfer.statistics().bytes);
}

TEST(ReadTransfer, AMultipleOfTheBlockSizeEndsWithAnEmptyBlock) {
    Bench bench(1024);
    STRINGS_EQUAL("D1:512", bench.sends());
    STRINGS_EQUAL("D2:512", bench.ack(1));
    STRINGS_EQUAL("D3:0", bench.ack(2));
    STRINGS_EQUAL("", bench.ack(3));
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
    CHECK_EQUAL(1024, bench.transfer.statistics().bytes);
}

TEST(ReadTransfer, WithOptionsNothingButTheOackGoesBeforeAckZero) {
    Bench bench(1000, window_of_four);
    STRINGS_EQUAL("OACK", bench.sends());
    STRINGS_EQUAL("", bench.ack(1));
    CHECK_FALSE(bench.transfer.answered());
    STRINGS_EQUAL("D1:100 D2:100 D3:100 D4:100", bench.ack(0));
    CHECK(bench.transfer.answered());
}

TEST(ReadTransfer, TheOackSaysTsizeOfAnEmptyFile) {
    Bench bench(0, {{"tsize", "0"}});
    STRINGS_EQUAL("OACK", bench.sends());
    STRINGS_EQUAL("D1:0", bench.ack(0));
}

TEST(ReadTransfer, NobodyWhoNeverAnsweredGetsMoreThanThreeDatagrams) {
    for (const auto& options :
         {OptionList{}, window_of_four, OptionList{{"blksize", "65464"}}, OptionList{{"timeout", "255"}}}) {
        Bench bench(1000000, options);
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

TEST(ReadTransfer, CancellingDoesNotMakeAFourthDatagramForSomebodyWhoNeverAnswered) {
    Bench bench(1000);
    bench.sends();
    bench.timeout();
    bench.timeout();
    bench.transfer.cancel(ErrorCode::undefined, "shutting down", true);
    STRINGS_EQUAL("", bench.sends());
    CHECK_EQUAL(3, bench.datagrams);
}

TEST(ReadTransfer, RepeatedRequestsDoNotKeepASilentTransferAlive) {
    Bench bench(1000);
    bench.sends();
    for (int i = 0; i < 30; ++i) {
        bench.transfer.on_repeated_request(bench.now);
        bench.after(milliseconds(500));
    }
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::peer_silent));
}

TEST(ReadTransfer, ARepeatedRequestGetsTheFirstAnswerAgain) {
    Bench plain(1000);
    plain.sends();
    plain.transfer.on_repeated_request(plain.now);
    STRINGS_EQUAL("D1:512", plain.sends());
    Bench with_options(1000, window_of_four);
    with_options.sends();
    with_options.transfer.on_repeated_request(with_options.now);
    STRINGS_EQUAL("OACK", with_options.sends());
    CHECK_EQUAL(1, with_options.transfer.statistics().resent);
}

TEST(ReadTransfer, ARepeatedRequestChangesNothingOnceThePeerAnswered) {
    Bench bench(2000);
    bench.sends();
    bench.ack(1);
    bench.transfer.on_repeated_request(bench.now);
    STRINGS_EQUAL("", bench.sends());
}

TEST(ReadTransfer, DuplicateAckIsNotAnswered) {
    Bench bench(5000);
    bench.sends();
    STRINGS_EQUAL("D2:512", bench.ack(1));
    for (int i = 0; i < 10; ++i) {
        STRINGS_EQUAL("", bench.ack(1));
    }
    STRINGS_EQUAL("D3:512", bench.ack(2));
}

TEST(ReadTransfer, DuplicateAckZeroIsNotAnswered) {
    Bench bench(1000, window_of_four);
    bench.sends();
    bench.ack(0);
    STRINGS_EQUAL("", bench.ack(0));
}

TEST(ReadTransfer, OldAndFutureAcksAreIgnored) {
    Bench bench(100000);
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
    Bench bench(1000);
    bench.sends();
    STRINGS_EQUAL("", bench.ack(0));
    CHECK_FALSE(bench.transfer.answered());
}

TEST(ReadTransfer, PartialAckRestartsTheWindowAfterIt) {
    Bench bench(10000, window_of_four);
    bench.sends();
    bench.ack(0);
    STRINGS_EQUAL("D3:100 D4:100 D5:100 D6:100", bench.ack(2));
    STRINGS_EQUAL("D7:100 D8:100 D9:100 D10:100", bench.ack(6));
    CHECK_EQUAL(2, bench.transfer.statistics().resent);
    CHECK(bench.content_right);
}

TEST(ReadTransfer, AfterATimeoutTheWholeWindowGoesAgain) {
    Bench bench(10000, window_of_four);
    bench.sends();
    bench.ack(0);
    STRINGS_EQUAL("D1:100 D2:100 D3:100 D4:100", bench.timeout());
    CHECK_EQUAL(4, bench.transfer.statistics().resent);
}

TEST(ReadTransfer, AnAckOfTheFirstSendingCountsDuringTheSecond) {
    Bench bench(10000, window_of_four);
    bench.sends();
    bench.ack(0);
    bench.now = bench.transfer.deadline();
    bench.transfer.on_timer(bench.now);
    Bytes room(104);
    CHECK(bench.transfer.next_datagram(room, bench.now).has_value());  // only D1 is out again
    STRINGS_EQUAL("D5:100 D6:100 D7:100 D8:100", bench.ack(4));
}

TEST(ReadTransfer, TheLastWindowEndsWithTheFile) {
    Bench bench(250, window_of_four);
    bench.sends();
    STRINGS_EQUAL("D1:100 D2:100 D3:50", bench.ack(0));
    STRINGS_EQUAL("", bench.ack(3));
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
}

TEST(ReadTransfer, BlockNumbersWrapToZero) {
    // 200 MB at 512 bytes, in lock-step: 390,626 blocks, five wraps.
    Bench bench(200'000'000);
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
    Bench bench(8 * 65600, {{"blksize", "8"}, {"windowsize", "10"}});
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

TEST(ReadTransfer, ALostBlockComesAgainBackingOffExponentially) {
    Bench bench(5000);
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

TEST(ReadTransfer, AnswersToBlocksSentTwiceAreNotMeasured) {
    Bench bench(5000);
    bench.sends();
    bench.now += milliseconds(50);
    bench.ack(1);
    bench.timeout();
    bench.now += milliseconds(100);
    bench.ack(2);
    CHECK_EQUAL(50, std::chrono::duration_cast<milliseconds>(bench.transfer.round_trip().smoothed()).count());
}

TEST(ReadTransfer, APeerThatBecameSlowIsNotSentEverythingTwice) {
    Bench bench(512 * 100);
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

TEST(ReadTransfer, ARepeatedAckShowsLifeAndBringsTheTimerBack) {
    Bench bench(5000);
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

TEST(ReadTransfer, RepeatedAcksNeverPutTheTimerOff) {
    Bench bench(5000);
    bench.sends();
    bench.now += milliseconds(50);
    bench.ack(1);
    STRINGS_EQUAL("", bench.after(milliseconds(100)));
    bench.ack(1);
    CHECK_EQUAL(50, bench.wait_ms());
}

TEST(ReadTransfer, APeerThatFallsSilentIsGivenUpAfterLimitedResends) {
    ReadTransferLimits limits;
    limits.resends = 4;
    Bench bench(5000, {}, limits);
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

TEST(ReadTransfer, APeerThatSpeaksAgainAfterTheResendsIsServedOn) {
    Bench bench(5000);
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

TEST(ReadTransfer, APeerThatOnlyRepeatsItselfIsGivenUp) {
    Bench bench(5000);
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

TEST(ReadTransfer, WhenTheLastAckIsLostTheLastBlockComesAgainAndThenItEnds) {
    Bench bench(700);
    bench.sends();
    STRINGS_EQUAL("D2:188", bench.ack(1));
    STRINGS_EQUAL("D2:188", bench.timeout());
    Bench silent(700);
    silent.sends();
    silent.ack(1);
    for (int i = 0; i < 20 && silent.transfer.state() == ReadTransfer::State::running; ++i) {
        silent.timeout();
    }
    CHECK(silent.is(ReadTransfer::State::failed, ReadTransfer::End::peer_silent));
    STRINGS_EQUAL("", bench.ack(2));
    CHECK(bench.is(ReadTransfer::State::done, ReadTransfer::End::completed));
}

TEST(ReadTransfer, TheTimeoutOptionIsTheTimeToSendAgain) {
    Bench bench(5000, {{"timeout", "3"}});
    bench.sends();
    bench.now += milliseconds(10);
    STRINGS_EQUAL("D1:512", bench.ack(0));
    STRINGS_EQUAL("", bench.after(milliseconds(2999)));
    STRINGS_EQUAL("D1:512", bench.after(milliseconds(1)));
    CHECK_EQUAL(3000, bench.wait_ms());
}

TEST(ReadTransfer, ALongTimeoutOptionIsRespectedToTheEnd) {
    Bench bench(5000, {{"timeout", "255"}});
    bench.sends();
    bench.ack(0);
    for (int i = 0; i < 6; ++i) {
        STRINGS_EQUAL("D1:512", bench.after(seconds(255)));
    }
    STRINGS_EQUAL("", bench.after(seconds(255)));
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::peer_silent));
}

TEST(ReadTransfer, ALongTimeoutOptionDoesNotHoldATransferNobodyConfirmed) {
    Bench bench(5000, {{"timeout", "255"}});
    bench.sends();
    for (int i = 0; i < 3; ++i) {
        bench.timeout();
    }
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::peer_silent));
    CHECK(bench.now - TimePoint{} <= seconds(24));
}

TEST(ReadTransfer, AnErrorEndsItAndIsNotAnswered) {
    Bench bench(5000);
    bench.sends();
    STRINGS_EQUAL("", bench.on(ErrorPacket{ErrorCode::disk_full, "full"}));
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::peer_error));
    bench.now += seconds(100);
    STRINGS_EQUAL("", bench.timeout());
    STRINGS_EQUAL("", bench.ack(1));
}

TEST(ReadTransfer, PacketsWithoutMeaningChangeNothing) {
    Bench bench(5000);
    bench.sends();
    STRINGS_EQUAL("", bench.on(Data{1, {}}));
    STRINGS_EQUAL("", bench.on(OptionAck{}));
    STRINGS_EQUAL("", bench.on(BadMode{}));
    STRINGS_EQUAL("", bench.on(Request{}));
    CHECK_FALSE(bench.transfer.answered());
    STRINGS_EQUAL("D2:512", bench.ack(1));
}

TEST(ReadTransfer, EarlyTimerCallsDoNothing) {
    Bench bench(5000);
    bench.sends();
    STRINGS_EQUAL("", bench.after(milliseconds(999)));
    STRINGS_EQUAL("D1:512", bench.after(milliseconds(1)));
}

TEST(ReadTransfer, WhileTheSourceIsPendingNoTimerEndsIt) {
    Bench bench(2000);
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

TEST(ReadTransfer, ASourceThatGrewTooLittleIsWaitedForAgain) {
    Bench bench(2000);
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

TEST(ReadTransfer, TheOackDoesNotWaitForTheSource) {
    Bench bench(2000, window_of_four);
    bench.source->set_available(0);
    STRINGS_EQUAL("OACK", bench.sends());
    STRINGS_EQUAL("", bench.ack(0));
    CHECK(bench.is(ReadTransfer::State::waiting_for_source, ReadTransfer::End::none));
}

TEST(ReadTransfer, ABlockLostBeforeAPauseOfTheSourceIsSentAgainWhenThePeerSaysSo) {
    Bench bench(2000, window_of_four);
    bench.source->set_available(300);
    bench.sends();
    STRINGS_EQUAL("D1:100 D2:100 D3:100", bench.ack(0));
    CHECK(bench.is(ReadTransfer::State::waiting_for_source, ReadTransfer::End::none));
    STRINGS_EQUAL("D2:100 D3:100", bench.ack(1));
    CHECK(bench.is(ReadTransfer::State::waiting_for_source, ReadTransfer::End::none));
}

TEST(ReadTransfer, APauseOfTheSourceIsNotMeasuredAsRoundTrip) {
    Bench bench(2000, window_of_four);
    bench.source->set_available(300);
    bench.sends();
    bench.now += milliseconds(10);
    bench.ack(0);
    bench.now += seconds(5);
    bench.ack(3);
    CHECK_EQUAL(10, std::chrono::duration_cast<milliseconds>(bench.transfer.round_trip().smoothed()).count());
}

TEST(ReadTransfer, AFailedSourceIsToldAndEndsIt) {
    Bench bench(2000);
    bench.sends();
    bench.source->fail();
    STRINGS_EQUAL("E0", bench.ack(1));
    CHECK(bench.is(ReadTransfer::State::failed, ReadTransfer::End::source_failed));
    STRINGS_EQUAL("", bench.sends());
}

TEST(ReadTransfer, CancelTellsThePeerOnlyIfAsked) {
    Bench told(2000);
    told.sends();
    told.transfer.cancel(ErrorCode::access_violation, "no", true);
    STRINGS_EQUAL("E2", told.sends());
    STRINGS_EQUAL("", told.sends());
    CHECK(told.is(ReadTransfer::State::failed, ReadTransfer::End::cancelled));
    Bench untold(2000);
    untold.sends();
    untold.transfer.cancel(ErrorCode::access_violation, "no", false);
    STRINGS_EQUAL("", untold.sends());
}

TEST(ReadTransfer, WhatHasEndedStaysEnded) {
    Bench bench(100);
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
