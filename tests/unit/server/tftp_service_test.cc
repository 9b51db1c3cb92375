#include "tftpd/server/tftp_service.h"

#include "tests/unit/server/tftp_service_bench.h"
#include "tests/unit/store/hand_fed_content.h"
#include "tftpd/tftp/fetch_transfer.h"

#include <memory>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using tftp::ErrorCode;

TEST_GROUP_BASE(TftpService, TftpServiceBench){};

TEST(TftpService, AFileIsServedFromATransferSocketAndTheAskedAddress) {
    begin();
    ask(phone, "file");
    LONGS_EQUAL(1, outbox.sent.size());
    CHECK(outbox.sent[0].socket != listener);
    CHECK(outbox.sent[0].to == phone);
    CHECK(outbox.sent[0].from.ip() == boost::asio::ip::make_address("127.0.0.5"));
    acknowledge(outbox.sent[0]);
    acknowledge(outbox.sent[1]);
    LONGS_EQUAL(2, outbox.sent.size());
    LONGS_EQUAL(4 + 488, outbox.sent[1].bytes.size());
    LONGS_EQUAL(0, service->sessions());
    LONGS_EQUAL(0, admission->transfers());
    LONGS_EQUAL(1, counters.get(Counter::tftp_done));
    LONGS_EQUAL(1000, counters.get(Counter::tftp_bytes));
}

TEST(TftpService, ARequestOverIpv6IsAnsweredByAnIpv6Socket) {
    begin();
    ask(peer("2001:db8::1", 1000), "file");
    CHECK(outbox.sent[0].socket >= 6);
}

TEST(TftpService, ARepeatedRequestJoinsItsTransferAndIsAnsweredThreeTimesAtMost) {
    begin();
    for (int count = 0; count < 5; ++count) {
        ask(phone, "file");
    }
    LONGS_EQUAL(1, service->sessions());
    LONGS_EQUAL(1, questions.size());
    LONGS_EQUAL(4, counters.get(Counter::tftp_joined));
    CHECK(outbox.sent.size() <= 3);
    for (const auto& each : outbox.sent) {
        LONGS_EQUAL(outbox.sent[0].socket, each.socket);
    }
}

TEST(TftpService, ARepeatedRequestWhileTheResolverWorksIsNotAskedAgain) {
    answer_at_once = false;
    begin();
    ask(phone, "file");
    ask(phone, "file");
    LONGS_EQUAL(1, questions.size());
    LONGS_EQUAL(1, service->sessions());
    questions[0].second(answer);
    LONGS_EQUAL(1, outbox.sent.size());
}

TEST(TftpService, AnotherNameFromTheSamePortIsAnotherTransferOnAnotherSocket) {
    begin();
    ask(phone, "one");
    ask(phone, "two");
    LONGS_EQUAL(2, service->sessions());
    CHECK(outbox.sent[0].socket != outbox.sent[1].socket);
}

TEST(TftpService, APhoneThatRestartedAsksAnewFromTheSamePort) {
    begin();
    ask(phone, "file");
    acknowledge(outbox.sent[0]);
    LONGS_EQUAL(2, outbox.sent.size());
    now += TftpService::restart_after + 1ns;
    ask(phone, "file");
    LONGS_EQUAL(2, questions.size());
    LONGS_EQUAL(1, service->sessions());
    LONGS_EQUAL(1, outbox.sent.back().number());
}

TEST(TftpService, APhoneThatNeverAnswersGetsThreeDatagramsAndIsForgotten) {
    begin();
    ask(phone, "file");
    for (int step = 0; step < 6000 && service->sessions() > 0; ++step) {
        now += 10ms;
        service->on_timer(now);
    }
    LONGS_EQUAL(3, outbox.sent.size());
    LONGS_EQUAL(0, service->sessions());
    LONGS_EQUAL(0, admission->transfers());
    LONGS_EQUAL(1, counters.get(Counter::tftp_failed));
}

TEST(TftpService, ARequestWithoutAnAnswerIsDroppedAfterAMinute) {
    answer_at_once = false;
    begin();
    ask(phone, "file");
    now += TftpService::patience - 20ms;
    service->on_timer(now);
    LONGS_EQUAL(1, service->sessions());
    now += 40ms;
    service->on_timer(now);
    LONGS_EQUAL(0, service->sessions());
    LONGS_EQUAL(0, admission->transfers());
    questions[0].second(answer);  // too late
    LONGS_EQUAL(0, outbox.sent.size());
}

TEST(TftpService, AnAnswerForAnEarlierRequestOfTheSamePortIsNotTaken) {
    answer_at_once = false;
    begin(true);  // one socket, so the key is the same
    ask(phone, "one");
    ask(phone, "two");
    LONGS_EQUAL(1, service->sessions());
    questions[0].second(answer);
    LONGS_EQUAL(0, outbox.sent.size());
    questions[1].second(answer);
    LONGS_EQUAL(1, outbox.sent.size());
}

TEST(TftpService, InSinglePortModeTheListenerCarriesTheTransferAndStraysAreIgnored) {
    begin(true);
    ask(phone, "file");
    LONGS_EQUAL(listener, outbox.sent[0].socket);
    service->on_listener(incoming(phone, listener, ack(1)), now);
    LONGS_EQUAL(2, outbox.sent[1].number());
    service->on_listener(incoming(peer("192.0.2.9", 1), listener, ack(1)), now);
    LONGS_EQUAL(2, outbox.sent.size());
}

TEST(TftpService, NetasciiIsEncodedAndItsSizeNotNamed) {
    answer.content = std::make_shared<MemoryContent>(Bytes{'a', '\n', 'b'});
    begin();
    auto bytes = request("file", 1, "netascii");
    for (const auto character : std::string("tsize\0"
                                            "0\0",
                                            8)) {
        bytes.push_back(static_cast<std::uint8_t>(character));
    }
    service->on_listener(incoming(phone, listener, bytes), now);
    LONGS_EQUAL(3, outbox.sent[0].opcode());
    CHECK(outbox.sent[0].bytes == Bytes({0, 3, 0, 1, 'a', '\r', '\n', 'b'}));
}

TEST(TftpService, OurOwnMarkMakesTheQuestionMarked) {
    begin();
    auto bytes = request("file");
    for (const auto character : std::string(tftp::proxy_mark_option) + std::string("\0"
                                                                                   "1\0",
                                                                                   3)) {
        bytes.push_back(static_cast<std::uint8_t>(character));
    }
    service->on_listener(incoming(phone, listener, bytes), now);
    ask(peer("192.0.2.2", 1), "file");
    CHECK(questions[0].first.marked_proxy);
    CHECK_FALSE(questions[1].first.marked_proxy);
    CHECK(questions[0].first.asked_by == boost::asio::ip::make_address("192.0.2.1"));
}

TEST(TftpService, DrainingItTakesNoNewRequestAndFinishesWhatRuns) {
    begin();
    ask(phone, "file");
    service->take_no_new_requests();
    ask(peer("192.0.2.2", 1), "file");
    LONGS_EQUAL(1, service->sessions());
    acknowledge(outbox.sent[0]);
    acknowledge(outbox.sent[1]);
    LONGS_EQUAL(0, service->sessions());
    LONGS_EQUAL(1, counters.get(Counter::tftp_done));
}

TEST(TftpService, CutOffOnlyPhonesThatHaveAnsweredAreTold) {
    begin();
    ask(phone, "file");
    acknowledge(outbox.sent[0]);
    ask(peer("192.0.2.2", 1), "file");
    outbox.sent.clear();
    service->cancel_all(now);
    only_error(ErrorCode::undefined);
    CHECK(outbox.sent[0].to == phone);
    LONGS_EQUAL(0, service->sessions());
    LONGS_EQUAL(0, admission->transfers());
}

TEST(TftpService, ContentThatStillArrivesIsSentAsItComes) {
    const auto arriving = std::make_shared<HandFedContent>();
    arriving->arrive(std::string(600, 'x'));
    answer.content = arriving;
    begin();
    ask(phone, "file");
    LONGS_EQUAL(1, outbox.sent.size());
    acknowledge(outbox.sent[0]);
    LONGS_EQUAL(1, outbox.sent.size());
    CHECK(arriving->waited_for());
    arriving->arrive(std::string(100, 'y'));
    LONGS_EQUAL(1, posted.size());
    posted[0]();
    LONGS_EQUAL(1, outbox.sent.size());  // not before it is known whether the block is the last
    arriving->complete();
    LONGS_EQUAL(2, posted.size());
    posted[1]();
    LONGS_EQUAL(2, outbox.sent.size());
    LONGS_EQUAL(4 + 188, outbox.sent[1].bytes.size());
}

TEST(TftpService, AWindowOfAFileIsReadAtOnce) {
    class Counted final : public Content {
    public:
        [[nodiscard]] std::optional<std::uint64_t> size() const override { return file_.size(); }
        [[nodiscard]] tftp::BlockRead read(std::uint64_t offset, ByteSpan into) const override {
            ++reads;
            return file_.read(offset, into);
        }
        mutable int reads = 0;

    private:
        MemoryContent file_{Bytes(4000, 'x')};
    };
    const auto file = std::make_shared<Counted>();
    answer.content = file;
    begin();
    auto bytes = request("file");
    for (const char c : std::string("windowsize\0004\0", 13)) {
        bytes.push_back(static_cast<std::uint8_t>(c));
    }
    service->on_listener(incoming(phone, listener, bytes), now);
    LONGS_EQUAL(1, outbox.sent.size());
    LONGS_EQUAL(6, outbox.sent[0].opcode());
    const auto from = outbox.sent[0];
    service->on_transfer_socket(incoming(phone, from.socket, ack(0)), now);
    LONGS_EQUAL(5, outbox.sent.size());
    LONGS_EQUAL(1, file->reads);
    now += std::chrono::seconds(2);
    service->on_timer(now);
    LONGS_EQUAL(9, outbox.sent.size());
    LONGS_EQUAL(2, file->reads);  // nothing of a file is held between two datagrams of the phone
    service->on_transfer_socket(incoming(phone, from.socket, ack(4)), now);
    LONGS_EQUAL(13, outbox.sent.size());
    LONGS_EQUAL(4 + 4000 % 512, outbox.sent[12].bytes.size());
    LONGS_EQUAL(3, file->reads);
}
