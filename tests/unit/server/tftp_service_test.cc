#include "tftpd/server/tftp_service.h"

#include "tests/unit/server/support.h"
#include "tftpd/base/counters.h"
#include "tftpd/tftp/fetch_transfer.h"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using tftp::ErrorCode;

namespace {

struct Sent {
    Bytes bytes;
    SocketNumber socket;
    Peer to;
    LocalAddress from;
    [[nodiscard]] unsigned opcode() const { return bytes[1]; }
    [[nodiscard]] unsigned number() const { return read_u16(bytes, 2); }  ///< block or error code
};

class RecordingOutbox final : public Outbox {
public:
    ByteSpan room(std::size_t bytes) override {
        buffer_.assign(bytes, 0);
        return buffer_;
    }
    void send(std::size_t bytes, SocketNumber socket, const Peer& to, const LocalAddress& from) override {
        sent.push_back({Bytes(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(bytes)), socket, to, from});
    }
    std::vector<Sent> sent;

private:
    Bytes buffer_;
};

constexpr SocketNumber listener = 0;

}  // namespace

TEST_GROUP(TftpService) {
    std::shared_ptr<Config> config = std::make_shared<Config>();
    TimePoint now{1000s};
    RecordingOutbox outbox;
    std::unique_ptr<TransferLog> log = std::make_unique<TransferLog>();
    std::unique_ptr<Admission> admission;
    std::unique_ptr<TftpService> service;
    std::vector<std::pair<Question, std::function<void(Answer)>>> questions;
    std::deque<std::function<void()>> posted;
    bool answer_at_once = true;
    Answer answer{Answer::Kind::content, std::make_shared<MemoryContent>(Bytes(1000, 'x')), "files", ""};
    Bytes datagram;

    void setup() override {
        counters.reset();
    }

    void begin(bool single_port = false) {
        admission = std::make_unique<Admission>(config->limits);
        ServiceHooks hooks;
        hooks.resolve = [this](Question question, std::function<void(Answer)> done) {
            questions.emplace_back(std::move(question), done);
            if (answer_at_once) {
                done(answer);
            }
        };
        hooks.post = [this](std::function<void()> task) { posted.push_back(std::move(task)); };
        const auto sockets = single_port ? std::vector<SocketNumber>{listener} : std::vector<SocketNumber>{2, 3, 4, 5};
        service = std::make_unique<TftpService>(config, hooks, *admission, *log, outbox, sockets,
                                                std::vector<SocketNumber>{6, 7}, single_port, now);
    }
    void teardown() override {
        service.reset();
    }

    Incoming incoming(const Peer& from, SocketNumber socket, Bytes bytes) {
        datagram = std::move(bytes);
        Incoming made;
        made.socket = socket;
        made.from = from;
        made.to.address = to_bytes(boost::asio::ip::make_address("127.0.0.5"));
        made.bytes = datagram;
        return made;
    }
    static Bytes request(const std::string& name, std::uint8_t opcode = 1, const std::string& mode = "octet") {
        Bytes bytes{0, opcode};
        bytes.insert(bytes.end(), name.begin(), name.end());
        bytes.push_back(0);
        bytes.insert(bytes.end(), mode.begin(), mode.end());
        bytes.push_back(0);
        return bytes;
    }
    static Bytes ack(std::uint16_t block) {
        return {0, 4, static_cast<std::uint8_t>(block >> 8), static_cast<std::uint8_t>(block)};
    }
    void ask(const Peer& from, const std::string& name) {
        service->on_listener(incoming(from, listener, request(name)), now);
    }
    void acknowledge(const Sent& data) {
        service->on_transfer_socket(incoming(data.to, data.socket, ack(static_cast<std::uint16_t>(data.number()))), now);
    }
    void only_error(ErrorCode code) {
        LONGS_EQUAL(1, outbox.sent.size());
        LONGS_EQUAL(5, outbox.sent[0].opcode());
        LONGS_EQUAL(static_cast<unsigned>(code), outbox.sent[0].number());
    }
    const Peer phone = peer("192.0.2.1", 1000);
};

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

TEST(TftpService, AWriteRequestGetsOneError2) {
    begin();
    service->on_listener(incoming(phone, listener, request("file", 2)), now);
    only_error(ErrorCode::access_violation);
    CHECK(outbox.sent[0].socket != listener);
    LONGS_EQUAL(0, questions.size());
}

TEST(TftpService, AnUnknownModeGetsError4) {
    begin();
    service->on_listener(incoming(phone, listener, request("file", 1, "mail")), now);
    only_error(ErrorCode::illegal_operation);
}

TEST(TftpService, GarbageAcksAndErrorsAtTheListenerAreNotAnswered) {
    begin();
    service->on_listener(incoming(phone, listener, {1, 2, 3}), now);
    service->on_listener(incoming(phone, listener, ack(1)), now);
    service->on_listener(incoming(phone, listener, {0, 5, 0, 0, 'x', 0}), now);
    LONGS_EQUAL(0, outbox.sent.size());
    LONGS_EQUAL(1, counters.get(Counter::tftp_malformed));
}

TEST(TftpService, ABroadcastRequestIsIgnored) {
    begin();
    auto broadcast = incoming(phone, listener, request("file"));
    broadcast.unicast = false;
    service->on_listener(broadcast, now);
    LONGS_EQUAL(0, outbox.sent.size());
}

TEST(TftpService, ARequestFromPort0IsIgnored) {
    begin();
    ask(peer("192.0.2.1", 0), "file");
    LONGS_EQUAL(0, outbox.sent.size());
}

TEST(TftpService, ATruncatedDatagramIsGarbage) {
    begin();
    auto cut = incoming(phone, listener, request("file"));
    cut.truncated = true;
    service->on_listener(cut, now);
    LONGS_EQUAL(0, outbox.sent.size());
    LONGS_EQUAL(1, counters.get(Counter::tftp_malformed));
}

TEST(TftpService, ARequestThatLayForMoreThanASecondIsDropped) {
    begin();
    auto stale = incoming(phone, listener, request("file"));
    stale.age = TftpService::request_valid;
    service->on_listener(stale, now);
    LONGS_EQUAL(1, outbox.sent.size());
    auto staler = incoming(peer("192.0.2.2", 1000), listener, request("file"));
    staler.age = TftpService::request_valid + 1ns;
    service->on_listener(staler, now);
    LONGS_EQUAL(1, outbox.sent.size());
    LONGS_EQUAL(1, counters.get(Counter::tftp_stale));
}

TEST(TftpService, ARequestToAnInterfaceThatIsNotOursIsIgnored) {
    config->interfaces = {"127.0.0.6"};
    begin();
    ask(phone, "file");
    LONGS_EQUAL(0, outbox.sent.size());
}

TEST(TftpService, EachRefusalIsOneErrorFromATransferSocket) {
    const std::array<std::pair<Answer::Kind, ErrorCode>, 3> refusals{{{Answer::Kind::not_found, ErrorCode::file_not_found},
                                                                      {Answer::Kind::refused, ErrorCode::access_violation},
                                                                      {Answer::Kind::unavailable, ErrorCode::undefined}}};
    begin();
    for (const auto& [kind, code] : refusals) {
        outbox.sent.clear();
        answer = {kind, nullptr, "", "because of /var/lib"};
        ask(phone, "file");
        only_error(code);
        CHECK(outbox.sent[0].socket != listener);
        CHECK(as_text(outbox.sent[0].bytes).find('/') == std::string_view::npos);
        LONGS_EQUAL(0, admission->transfers());
    }
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

TEST(TftpService, AFifthRequestFromOnePortCannotEndTransfersThePhoneTakesPartIn) {
    begin();
    for (const auto* name : {"1", "2", "3", "4"}) {
        ask(phone, name);
        acknowledge(outbox.sent.back());
    }
    ask(phone, "5");
    LONGS_EQUAL(4, questions.size());
    LONGS_EQUAL(4, service->sessions());
    now += TftpService::restart_after + 1ns;
    ask(phone, "5");
    LONGS_EQUAL(5, questions.size());
    LONGS_EQUAL(4, service->sessions());
    LONGS_EQUAL(4, admission->transfers());
}

TEST(TftpService, OneClientMayHold64TransfersAndTheNextIsMetWithSilence) {
    begin();
    for (std::uint16_t port = 1; port <= 64; ++port) {
        ask(peer("192.0.2.1", port), "file");
    }
    LONGS_EQUAL(64, outbox.sent.size());
    ask(peer("192.0.2.1", 65), "file");
    LONGS_EQUAL(64, outbox.sent.size());
    LONGS_EQUAL(1, counters.get(Counter::tftp_limited));
    ask(peer("192.0.2.2", 65), "file");
    LONGS_EQUAL(65, outbox.sent.size());
}

TEST(TftpService, AtTheTotalLimitTheOldestUnansweredMakesRoom) {
    config->limits.transfers = 2;
    begin();
    ask(peer("192.0.2.1", 1), "file");
    ask(peer("192.0.2.2", 1), "file");
    acknowledge(outbox.sent[0]);  // now only the second is unanswered
    ask(peer("192.0.2.3", 1), "file");
    LONGS_EQUAL(2, service->sessions());
    const auto before = outbox.sent.size();
    acknowledge(outbox.sent[2]);  // block 2 to the first phone: still alive
    LONGS_EQUAL(before, outbox.sent.size());
    LONGS_EQUAL(1, counters.get(Counter::tftp_done));
}

TEST(TftpService, AnsweredTransfersDoNotMakeRoom) {
    config->limits.transfers = 1;
    begin();
    ask(peer("192.0.2.1", 1), "file");
    acknowledge(outbox.sent[0]);
    const auto before = outbox.sent.size();
    ask(peer("192.0.2.2", 1), "file");
    LONGS_EQUAL(before, outbox.sent.size());
    LONGS_EQUAL(1, service->sessions());
    LONGS_EQUAL(1, counters.get(Counter::tftp_limited));
}

TEST(TftpService, AStrangerOnATransferSocketGetsOneError5) {
    begin();
    service->on_transfer_socket(incoming(phone, 2, ack(1)), now);
    only_error(ErrorCode::unknown_transfer_id);
    LONGS_EQUAL(2, outbox.sent[0].socket);
    service->on_transfer_socket(incoming(phone, 2, ack(1)), now);
    LONGS_EQUAL(1, outbox.sent.size());
    LONGS_EQUAL(2, counters.get(Counter::tftp_foreign_tid));
}

TEST(TftpService, AStrangersErrorAndGarbageAreNotAnswered) {
    begin();
    service->on_transfer_socket(incoming(phone, 2, {0, 5, 0, 5, 'x', 0}), now);
    service->on_transfer_socket(incoming(phone, 2, {0, 9, 0, 5}), now);
    LONGS_EQUAL(0, outbox.sent.size());
}

TEST(TftpService, AStrangerDoesNotDisturbTheTransfer) {
    begin();
    ask(phone, "file");
    const auto data = outbox.sent[0];
    service->on_transfer_socket(incoming(peer("192.0.2.9", 1000), data.socket, ack(1)), now);
    LONGS_EQUAL(5, outbox.sent[1].opcode());
    acknowledge(data);
    LONGS_EQUAL(3, outbox.sent[2].opcode());
    LONGS_EQUAL(2, outbox.sent[2].number());
}

TEST(TftpService, TheLastAckTwiceIsNoStranger) {
    begin();
    ask(phone, "file");
    acknowledge(outbox.sent[0]);
    acknowledge(outbox.sent[1]);
    const auto before = outbox.sent.size();
    acknowledge(outbox.sent[1]);
    LONGS_EQUAL(before, outbox.sent.size());
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

namespace {

/// Content of which more comes while it is read.
class ArrivingContent final : public Content {
public:
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }
    [[nodiscard]] tftp::BlockRead read(std::uint64_t offset, ByteSpan into) const override {
        if (!whole && offset + into.size() > bytes.size()) {
            return {tftp::BlockRead::State::pending, 0};
        }
        const auto count = std::min<std::size_t>(into.size(), bytes.size() - static_cast<std::size_t>(offset));
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
        return {tftp::BlockRead::State::ok, count};
    }
    void when_more(std::function<void()> poke) const override { pokes.push_back(std::move(poke)); }
    Bytes bytes;
    bool whole = false;
    mutable std::vector<std::function<void()>> pokes;
};

}  // namespace

TEST(TftpService, ContentThatStillArrivesIsSentAsItComes) {
    const auto arriving = std::make_shared<ArrivingContent>();
    arriving->bytes.assign(600, 'x');
    answer.content = arriving;
    begin();
    ask(phone, "file");
    LONGS_EQUAL(1, outbox.sent.size());
    acknowledge(outbox.sent[0]);
    LONGS_EQUAL(1, outbox.sent.size());
    LONGS_EQUAL(1, arriving->pokes.size());
    arriving->bytes.resize(700, 'y');
    arriving->whole = true;
    arriving->pokes[0]();
    LONGS_EQUAL(1, posted.size());
    posted[0]();
    LONGS_EQUAL(2, outbox.sent.size());
    LONGS_EQUAL(4 + 188, outbox.sent[1].bytes.size());
}
