#include "tftpd/tftp/fetch_transfer.h"

#include "tests/unit/tftp/fetch_bench.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;
using namespace std::string_literals;
using State = FetchTransfer::State;
using End = FetchTransfer::End;

TEST_GROUP(FetchTransfer){};

TEST(FetchTransfer, TheRequestNamesSizeBlockWindowAndOurMark) {
    FetchBench bench;
    STRINGS_EQUAL("RRQ", bench.sends());
    CHECK("\0\1SEP.cnf.xml\0octet\0tsize\0000\0blksize\0001428\0windowsize\00016\0x-branchline\0001\0"s ==
          bench.last_datagram());
}

TEST(FetchTransfer, ABareRequestHasNoOptionAndNoMark) {
    FetchBench bench(plain_settings());
    bench.sends();
    CHECK("\0\1SEP.cnf.xml\0octet\0"s == bench.last_datagram());
}

TEST(FetchTransfer, AServerWithOptionsIsAcknowledgedWindowByWindow) {
    FetchBench bench;
    bench.sends();
    STRINGS_EQUAL("A0", bench.oack({{"tsize", "850"}, {"blksize", "100"}, {"windowsize", "4"}}));
    CHECK(bench.fetch.found());
    CHECK(bench.fetch.server_has_options());
    CHECK_EQUAL(850, *bench.fetch.file_size());
    CHECK_EQUAL(5000, *bench.fetch.server_tid());
    STRINGS_EQUAL("", bench.data(1, 100, 100));
    STRINGS_EQUAL("", bench.data(2, 100, 100));
    STRINGS_EQUAL("", bench.data(3, 100, 100));
    STRINGS_EQUAL("A4", bench.data(4, 100, 100));
    for (std::uint16_t block = 5; block < 8; ++block) {
        STRINGS_EQUAL("", bench.data(block, 100, 100));
    }
    STRINGS_EQUAL("A8", bench.data(8, 100, 100));
    STRINGS_EQUAL("A9", bench.data(9, 50, 100));
    CHECK(bench.is(State::done, End::completed));
    CHECK_EQUAL(850, bench.got);
    CHECK(bench.content_right);
}

TEST(FetchTransfer, AServerWithoutOptionsIsFollowedInLockStep) {
    FetchBench bench;
    bench.sends();
    STRINGS_EQUAL("A1", bench.data(1, 512, 512));
    CHECK_FALSE(bench.fetch.server_has_options());
    STRINGS_EQUAL("A2", bench.data(2, 0, 512));
    CHECK(bench.is(State::done, End::completed));
    CHECK_EQUAL(512, bench.fetch.received());
}

TEST(FetchTransfer, AnEmptyFileIsAFile) {
    FetchBench bench;
    bench.sends();
    bench.oack({{"tsize", "0"}});
    STRINGS_EQUAL("A1", bench.data(1, 0, 512));
    CHECK(bench.is(State::done, End::completed));
}

TEST(FetchTransfer, DataIsNotBelievedOfAServerKnownForOptions) {
    FetchSettings settings;
    settings.expect_options = true;
    FetchBench bench(settings);
    bench.sends();
    STRINGS_EQUAL("", bench.data(1, 10, 512, 6666));
    CHECK_FALSE(bench.fetch.server_tid().has_value());
    CHECK_EQUAL(0, bench.got);
    STRINGS_EQUAL("A0", bench.oack(tsize_250));
    CHECK_EQUAL(5000, *bench.fetch.server_tid());
}

TEST(FetchTransfer, OnlyBlockOneAnswersARequest) {
    FetchBench bench;
    bench.sends();
    STRINGS_EQUAL("", bench.data(2, 512, 512));
    STRINGS_EQUAL("", bench.data(0, 512, 512));
    CHECK_FALSE(bench.fetch.found());
}

TEST(FetchTransfer, AnOackNobodyAskedForIsAFault) {
    FetchBench bench(plain_settings());
    bench.sends();
    STRINGS_EQUAL("E4", bench.oack({}));
    CHECK(bench.is(State::failed, End::protocol_error));
    CHECK_FALSE(bench.fetch.found());
}

TEST(FetchTransfer, GarbageIsPassedOver) {
    FetchBench bench;
    bench.sends();
    for (const auto& datagram : {""s, "\0"s, "\0\3\0"s, "\0\4\0\1"s, "\0\1f\0octet\0"s, "\0\7xx"s}) {
        STRINGS_EQUAL("", bench.on(5000, datagram));
    }
    CHECK(bench.is(State::running, End::none));
    CHECK_FALSE(bench.fetch.server_tid().has_value());
}

TEST(FetchTransfer, OptionsOtherThanAskedForAreRefused) {
    for (const auto& options : {OptionList{{"blksize", "1429"}}, OptionList{{"blksize", "7"}}, OptionList{{"blksize", "x"}},
                                OptionList{{"windowsize", "17"}}, OptionList{{"windowsize", "0"}}, OptionList{{"timeout", "1"}},
                                OptionList{{"tsize", "-1"}}, OptionList{{"multicast", "a,b,1"}}}) {
        FetchBench bench;
        bench.sends();
        STRINGS_EQUAL("E8", bench.oack(options));
        CHECK(bench.is(State::failed, End::options_refused));
        CHECK_FALSE(bench.fetch.found());
    }
}

TEST(FetchTransfer, OptionsAtTheEdgeOfWhatWasAskedForAreTaken) {
    for (const auto& options :
         {OptionList{}, OptionList{{"BLKSIZE", "1428"}, {"WindowSize", "16"}}, OptionList{{"blksize", "8"}},
          OptionList{{"windowsize", "1"}}, OptionList{{"x-branchline", "1"}}}) {
        FetchBench bench;
        bench.sends();
        STRINGS_EQUAL("A0", bench.oack(options));
    }
}

TEST(FetchTransfer, AnOptionThatWasTurnedOffIsNotTaken) {
    FetchSettings settings;
    settings.block_size = 0;
    settings.window_size = 0;
    settings.mark = false;
    for (const auto* name : {"blksize", "windowsize", "x-branchline"}) {
        FetchBench bench(settings);
        bench.sends();
        CHECK("\0\1SEP.cnf.xml\0octet\0tsize\0000\0"s == bench.last_datagram());
        STRINGS_EQUAL("E8", bench.oack({{name, "8"}}));
    }
}

TEST(FetchTransfer, ErrorsSayWhy) {
    const std::pair<char, End> cases[] = {{1, End::not_found}, {2, End::not_found}, {0, End::refused},
                                          {4, End::refused},   {7, End::refused},   {8, End::options_refused}};
    for (const auto& [code, end] : cases) {
        FetchBench bench;
        bench.sends();
        STRINGS_EQUAL("", bench.error(code));
        CHECK(bench.is(State::failed, end));
    }
}

TEST(FetchTransfer, AnErrorInTheMiddleIsNotANotFound) {
    FetchBench bench;
    bench.sends();
    bench.oack(tsize_250);
    bench.data(1, 100, 100);
    bench.error(1);
    CHECK(bench.is(State::failed, End::refused));
}

TEST(FetchTransfer, LessThanTsizeIsAWrongLength) {
    FetchBench bench;
    bench.sends();
    bench.oack(tsize_250);
    bench.data(1, 100, 100);
    STRINGS_EQUAL("E0", bench.data(2, 99, 100));
    CHECK(bench.is(State::failed, End::wrong_length));
    CHECK_EQUAL(100, bench.got);
}

TEST(FetchTransfer, MoreThanTsizeIsAWrongLength) {
    FetchBench bench;
    bench.sends();
    bench.oack(tsize_250);
    bench.data(1, 100, 100);
    bench.data(2, 100, 100);
    STRINGS_EQUAL("E0", bench.data(3, 51, 100));
    CHECK(bench.is(State::failed, End::wrong_length));
    FetchBench endless;
    endless.sends();
    endless.oack(tsize_250);
    endless.data(1, 100, 100);
    endless.data(2, 100, 100);
    STRINGS_EQUAL("E0", endless.data(3, 100, 100));
}

TEST(FetchTransfer, TheCapHoldsWithAndWithoutTsize) {
    FetchSettings settings;
    settings.max_size = 600;
    FetchBench announced(settings);
    announced.sends();
    STRINGS_EQUAL("E3", announced.oack({{"tsize", "601"}}));
    CHECK(announced.is(State::failed, End::too_large));
    FetchBench fits(settings);
    fits.sends();
    STRINGS_EQUAL("A0", fits.oack({{"tsize", "600"}}));
    fits.data(1, 512, 512);
    STRINGS_EQUAL("A2", fits.data(2, 88, 512));
    FetchBench unannounced(settings);
    unannounced.sends();
    unannounced.data(1, 512, 512);
    STRINGS_EQUAL("E3", unannounced.data(2, 89, 512));
    CHECK(unannounced.is(State::failed, End::too_large));
    CHECK_EQUAL(512, unannounced.got);
}

TEST(FetchTransfer, ABlockLongerThanAgreedIsAProtocolError) {
    FetchBench bench;
    bench.sends();
    bench.oack(tsize_250);
    STRINGS_EQUAL("E4", bench.data(1, 101, 100));
    CHECK(bench.is(State::failed, End::protocol_error));
}

TEST(FetchTransfer, CancelTellsAServerThatAnswered) {
    FetchBench answered;
    answered.sends();
    answered.oack(tsize_250);
    answered.fetch.cancel();
    STRINGS_EQUAL("E0", answered.sends());
    CHECK(answered.is(State::failed, End::cancelled));
    FetchBench silent;
    silent.sends();
    silent.fetch.cancel();
    STRINGS_EQUAL("", silent.sends());
}

TEST(FetchTransfer, BlockNumbersWrapToZero) {
    FetchSettings settings;
    settings.block_size = 8;
    FetchBench bench(settings);
    bench.sends();
    bench.oack({{"blksize", "8"}});
    for (std::uint32_t block = 1; block <= 65540; ++block) {
        std::string datagram("\0\3xx12345678"s);
        datagram[2] = static_cast<char>((block >> 8) & 0xff);
        datagram[3] = static_cast<char>(block & 0xff);
        bench.fetch.on_datagram(5000, as_bytes(datagram), bench.now);
        CHECK_EQUAL("A" + std::to_string(block & 0xffff), bench.sends());
    }
    CHECK_EQUAL(65540 * 8, bench.fetch.received());
}
