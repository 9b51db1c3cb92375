#include "tftpd/tftp/fetch_transfer.h"

#include "tests/unit/tftp/pattern_source.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace branchline::tftp;
using namespace std::string_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

FetchSettings plain_settings() {
    FetchSettings settings;
    settings.options = false;
    return settings;
}

/// One fetch on a bench: we play the server.
class Bench {
public:
    explicit Bench(const FetchSettings& settings = {}) : fetch("SEP.cnf.xml", settings, now) {}

    /// Everything that it wants to send now, as "RRQ", "A3", "E8".
    std::string sends() {
        std::string text;
        for (int i = 0; i < 100; ++i) {
            const auto size = fetch.next_datagram(room_, now);
            if (!size) {
                return text;
            }
            last_ = Bytes(room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(*size));
            const auto packet = parse(last_);
            CHECK(packet.has_value());
            text += (text.empty() ? "" : " ") + describe(*packet);
        }
        FAIL("it never stops sending");
        return text;
    }
    std::string on(std::uint16_t tid, const std::string& datagram) {
        const auto bytes = fetch.on_datagram(tid, as_bytes(datagram), now);
        for (const auto byte : bytes) {
            content_right = content_right && byte == pattern_byte(got++);
        }
        return sends();
    }
    std::string oack(const OptionList& options, std::uint16_t tid = 5000) {
        Bytes room(512);
        const auto size = write_oack(room, options);
        return on(tid, std::string(as_text(ByteView(room).first(size))));
    }
    /// Block `block` with `size` bytes of the pattern file.
    std::string data(std::uint16_t block, std::size_t size, std::size_t block_size, std::uint16_t tid = 5000) {
        std::string datagram(data_header_size, '\0');
        datagram[1] = 3;
        datagram[2] = static_cast<char>(block >> 8);
        datagram[3] = static_cast<char>(block & 0xff);
        for (std::size_t i = 0; i < size; ++i) {
            datagram += static_cast<char>(pattern_byte((block - 1u) * block_size + i));
        }
        return on(tid, datagram);
    }
    std::string error(char code, std::uint16_t tid = 5000) { return on(tid, "\0\5\0"s + code + "text\0"s); }
    std::string timeout() {
        now = std::max(now, fetch.deadline());
        fetch.on_timer(now);
        return sends();
    }
    [[nodiscard]] bool is(FetchTransfer::State state, FetchTransfer::End end) const {
        return fetch.state() == state && fetch.end() == end;
    }
    [[nodiscard]] std::string last_datagram() const { return std::string(as_text(last_)); }
    [[nodiscard]] long elapsed_ms() const {
        return static_cast<long>(std::chrono::duration_cast<milliseconds>(now - TimePoint{}).count());
    }

    TimePoint now{};
    FetchTransfer fetch;
    std::uint64_t got = 0;
    bool content_right = true;

private:
    static std::string describe(const Packet& packet) {
        if (std::holds_alternative<Request>(packet)) {
            return "RRQ";
        }
        if (const auto* ack = std::get_if<Ack>(&packet)) {
            return "A" + std::to_string(ack->block);
        }
        if (const auto* error = std::get_if<ErrorPacket>(&packet)) {
            return "E" + std::to_string(static_cast<int>(error->code));
        }
        return "?";
    }

    Bytes room_ = Bytes(600);
    Bytes last_;
};

const OptionList tsize_250{{"tsize", "250"}, {"blksize", "100"}, {"windowsize", "4"}};
const OptionList window_of_four{{"blksize", "100"}, {"windowsize", "4"}};

using State = FetchTransfer::State;
using End = FetchTransfer::End;

}  // namespace

#define STRINGS_EQUAL(expected, actual) CHECK_EQUAL(std::string(expected), (actual))

TEST_GROUP(FetchTransfer){};

TEST(FetchTransfer, TheRequestNamesSizeBlockWindowAndOurMark) {
    Bench bench;
    STRINGS_EQUAL("RRQ", bench.sends());
    CHECK("\0\1SEP.cnf.xml\0octet\0tsize\0000\0blksize\0001428\0windowsize\00016\0x-branchline\0001\0"s ==
          bench.last_datagram());
}

TEST(FetchTransfer, ABareRequestHasNoOptionAndNoMark) {
    Bench bench(plain_settings());
    bench.sends();
    CHECK("\0\1SEP.cnf.xml\0octet\0"s == bench.last_datagram());
}

TEST(FetchTransfer, AServerWithOptionsIsAcknowledgedWindowByWindow) {
    Bench bench;
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
    Bench bench;
    bench.sends();
    STRINGS_EQUAL("A1", bench.data(1, 512, 512));
    CHECK_FALSE(bench.fetch.server_has_options());
    STRINGS_EQUAL("A2", bench.data(2, 0, 512));
    CHECK(bench.is(State::done, End::completed));
    CHECK_EQUAL(512, bench.fetch.received());
}

TEST(FetchTransfer, AnEmptyFileIsAFile) {
    Bench bench;
    bench.sends();
    bench.oack({{"tsize", "0"}});
    STRINGS_EQUAL("A1", bench.data(1, 0, 512));
    CHECK(bench.is(State::done, End::completed));
}

TEST(FetchTransfer, DataIsNotBelievedOfAServerKnownForOptions) {
    FetchSettings settings;
    settings.expect_options = true;
    Bench bench(settings);
    bench.sends();
    STRINGS_EQUAL("", bench.data(1, 10, 512, 6666));
    CHECK_FALSE(bench.fetch.server_tid().has_value());
    CHECK_EQUAL(0, bench.got);
    STRINGS_EQUAL("A0", bench.oack(tsize_250));
    CHECK_EQUAL(5000, *bench.fetch.server_tid());
}

TEST(FetchTransfer, OnlyBlockOneAnswersARequest) {
    Bench bench;
    bench.sends();
    STRINGS_EQUAL("", bench.data(2, 512, 512));
    STRINGS_EQUAL("", bench.data(0, 512, 512));
    CHECK_FALSE(bench.fetch.found());
}

TEST(FetchTransfer, AnOackNobodyAskedForIsAFault) {
    Bench bench(plain_settings());
    bench.sends();
    STRINGS_EQUAL("E4", bench.oack({}));
    CHECK(bench.is(State::failed, End::protocol_error));
    CHECK_FALSE(bench.fetch.found());
}

TEST(FetchTransfer, GarbageIsPassedOver) {
    Bench bench;
    bench.sends();
    for (const auto& datagram : {""s, "\0"s, "\0\3\0"s, "\0\4\0\1"s, "\0\1f\0octet\0"s, "\0\7xx"s}) {
        STRINGS_EQUAL("", bench.on(5000, datagram));
    }
    CHECK(bench.is(State::running, End::none));
    CHECK_FALSE(bench.fetch.server_tid().has_value());
}

TEST(FetchTransfer, TheRequestIsRepeatedWithinThePatience) {
    Bench bench;
    STRINGS_EQUAL("RRQ", bench.sends());
    STRINGS_EQUAL("RRQ", bench.timeout());
    CHECK_EQUAL(214, bench.elapsed_ms());  // 1500 ms shared out 1 : 2 : 4
    STRINGS_EQUAL("RRQ", bench.timeout());
    CHECK_EQUAL(642, bench.elapsed_ms());
    STRINGS_EQUAL("", bench.timeout());
    CHECK_EQUAL(1500, bench.elapsed_ms());
    CHECK(bench.is(State::failed, End::silent));
}

TEST(FetchTransfer, ASecondAnswerToOneRequestEndsIt) {
    Bench oacks;
    oacks.sends();
    oacks.oack(tsize_250, 5000);
    STRINGS_EQUAL("E0", oacks.oack(tsize_250, 5001));
    CHECK(oacks.is(State::failed, End::two_answers));
    Bench blocks;
    blocks.sends();
    blocks.data(1, 512, 512, 5000);
    STRINGS_EQUAL("E0", blocks.data(1, 512, 512, 5001));
    CHECK(blocks.is(State::failed, End::two_answers));
}

TEST(FetchTransfer, ARequestSentTwiceMayBeAnsweredTwiceAlike) {
    Bench bench;
    bench.sends();
    bench.timeout();
    bench.oack(tsize_250, 5000);
    STRINGS_EQUAL("", bench.oack(tsize_250, 5001));
    STRINGS_EQUAL("", bench.oack(tsize_250, 5001));
    CHECK(bench.is(State::running, End::none));
    STRINGS_EQUAL("E0", bench.oack(tsize_250, 5002));
    CHECK(bench.is(State::failed, End::two_answers));
}

TEST(FetchTransfer, ARequestSentTwiceMayNotBeAnsweredInTwoWays) {
    Bench bench;
    bench.sends();
    bench.timeout();
    bench.oack(tsize_250, 5000);
    STRINGS_EQUAL("E0", bench.oack({{"tsize", "251"}}, 5001));
    CHECK(bench.is(State::failed, End::two_answers));
}

TEST(FetchTransfer, StrangersThatDoNotAnswerTheRequestDisturbNothing) {
    Bench bench;
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

TEST(FetchTransfer, OptionsOtherThanAskedForAreRefused) {
    for (const auto& options : {OptionList{{"blksize", "1429"}}, OptionList{{"blksize", "7"}}, OptionList{{"blksize", "x"}},
                                OptionList{{"windowsize", "17"}}, OptionList{{"windowsize", "0"}}, OptionList{{"timeout", "1"}},
                                OptionList{{"tsize", "-1"}}, OptionList{{"multicast", "a,b,1"}}}) {
        Bench bench;
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
        Bench bench;
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
        Bench bench(settings);
        bench.sends();
        CHECK("\0\1SEP.cnf.xml\0octet\0tsize\0000\0"s == bench.last_datagram());
        STRINGS_EQUAL("E8", bench.oack({{name, "8"}}));
    }
}

TEST(FetchTransfer, ErrorsSayWhy) {
    const std::pair<char, End> cases[] = {{1, End::not_found}, {2, End::not_found}, {0, End::refused},
                                          {4, End::refused},   {7, End::refused},   {8, End::options_refused}};
    for (const auto& [code, end] : cases) {
        Bench bench;
        bench.sends();
        STRINGS_EQUAL("", bench.error(code));
        CHECK(bench.is(State::failed, end));
    }
}

TEST(FetchTransfer, AnErrorInTheMiddleIsNotANotFound) {
    Bench bench;
    bench.sends();
    bench.oack(tsize_250);
    bench.data(1, 100, 100);
    bench.error(1);
    CHECK(bench.is(State::failed, End::refused));
}

TEST(FetchTransfer, LessThanTsizeIsAWrongLength) {
    Bench bench;
    bench.sends();
    bench.oack(tsize_250);
    bench.data(1, 100, 100);
    STRINGS_EQUAL("E0", bench.data(2, 99, 100));
    CHECK(bench.is(State::failed, End::wrong_length));
    CHECK_EQUAL(100, bench.got);
}

TEST(FetchTransfer, MoreThanTsizeIsAWrongLength) {
    Bench bench;
    bench.sends();
    bench.oack(tsize_250);
    bench.data(1, 100, 100);
    bench.data(2, 100, 100);
    STRINGS_EQUAL("E0", bench.data(3, 51, 100));
    CHECK(bench.is(State::failed, End::wrong_length));
    Bench endless;
    endless.sends();
    endless.oack(tsize_250);
    endless.data(1, 100, 100);
    endless.data(2, 100, 100);
    STRINGS_EQUAL("E0", endless.data(3, 100, 100));
}

TEST(FetchTransfer, TheCapHoldsWithAndWithoutTsize) {
    FetchSettings settings;
    settings.max_size = 600;
    Bench announced(settings);
    announced.sends();
    STRINGS_EQUAL("E3", announced.oack({{"tsize", "601"}}));
    CHECK(announced.is(State::failed, End::too_large));
    Bench fits(settings);
    fits.sends();
    STRINGS_EQUAL("A0", fits.oack({{"tsize", "600"}}));
    fits.data(1, 512, 512);
    STRINGS_EQUAL("A2", fits.data(2, 88, 512));
    Bench unannounced(settings);
    unannounced.sends();
    unannounced.data(1, 512, 512);
    STRINGS_EQUAL("E3", unannounced.data(2, 89, 512));
    CHECK(unannounced.is(State::failed, End::too_large));
    CHECK_EQUAL(512, unannounced.got);
}

TEST(FetchTransfer, ABlockLongerThanAgreedIsAProtocolError) {
    Bench bench;
    bench.sends();
    bench.oack(tsize_250);
    STRINGS_EQUAL("E4", bench.data(1, 101, 100));
    CHECK(bench.is(State::failed, End::protocol_error));
}

TEST(FetchTransfer, AGapIsToldOnceWithTheLastBlockInOrder) {
    Bench bench;
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

TEST(FetchTransfer, ANewGapIsToldToo) {
    Bench bench;
    bench.sends();
    bench.oack({{"blksize", "100"}, {"windowsize", "8"}});
    bench.data(1, 100, 100);
    STRINGS_EQUAL("A1", bench.data(3, 100, 100));
    STRINGS_EQUAL("", bench.data(2, 100, 100));
    STRINGS_EQUAL("A2", bench.data(4, 100, 100));
}

TEST(FetchTransfer, AGapIsToldAgainWhenTheServerSentAgain) {
    Bench bench;
    bench.sends();
    bench.oack(window_of_four);
    bench.data(1, 100, 100);
    STRINGS_EQUAL("A1", bench.data(3, 100, 100));
    STRINGS_EQUAL("", bench.data(4, 100, 100));
    STRINGS_EQUAL("A1", bench.data(3, 100, 100));
}

TEST(FetchTransfer, ARepeatedBlockIsAcknowledgedOnlyIfItsAckMayBeLost) {
    Bench bench;
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

TEST(FetchTransfer, ARepeatedOackIsAcknowledgedUntilDataCame) {
    Bench bench;
    bench.sends();
    bench.oack(window_of_four);
    STRINGS_EQUAL("A0", bench.oack(window_of_four));
    bench.data(1, 100, 100);
    STRINGS_EQUAL("", bench.oack(window_of_four));
}

TEST(FetchTransfer, SilenceRepeatsTheLastAckAndEndsAtTheLimit) {
    Bench bench;
    bench.sends();
    bench.oack(window_of_four);
    bench.data(1, 100, 100);
    for (int i = 0; i < 5; ++i) {
        STRINGS_EQUAL("A1", bench.timeout());
    }
    STRINGS_EQUAL("", bench.timeout());
    CHECK(bench.is(State::failed, End::silent));
}

TEST(FetchTransfer, WaitsForDataDouble) {
    Bench bench;
    bench.sends();
    bench.now += milliseconds(100);
    bench.oack(window_of_four);
    const auto first = bench.fetch.deadline() - bench.now;
    bench.timeout();
    const auto second = bench.fetch.deadline() - bench.now;
    CHECK(second == 2 * first);
}

TEST(FetchTransfer, AfterTheEndTheLastBlockIsStillAcknowledged) {
    Bench bench;
    bench.sends();
    STRINGS_EQUAL("A1", bench.data(1, 100, 512));
    STRINGS_EQUAL("A1", bench.data(1, 100, 512));
    CHECK(bench.is(State::done, End::completed));
    CHECK_EQUAL(100, bench.got);
    STRINGS_EQUAL("", bench.error(0));
    CHECK(bench.is(State::done, End::completed));
}

TEST(FetchTransfer, CancelTellsAServerThatAnswered) {
    Bench answered;
    answered.sends();
    answered.oack(tsize_250);
    answered.fetch.cancel();
    STRINGS_EQUAL("E0", answered.sends());
    CHECK(answered.is(State::failed, End::cancelled));
    Bench silent;
    silent.sends();
    silent.fetch.cancel();
    STRINGS_EQUAL("", silent.sends());
}

TEST(FetchTransfer, BlockNumbersWrapToZero) {
    FetchSettings settings;
    settings.block_size = 8;
    Bench bench(settings);
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
