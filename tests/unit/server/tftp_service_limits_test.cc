// What is no request of a phone that has room: refused, or met with silence.
#include "tests/unit/server/tftp_service_bench.h"

#include <array>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace branchline;
using namespace std::chrono_literals;
using tftp::ErrorCode;

TEST_GROUP_BASE(TftpServiceLimits, TftpServiceBench){};

TEST(TftpServiceLimits, AWriteRequestGetsOneError2) {
    begin();
    service->on_listener(incoming(phone, listener, request("file", 2)), now);
    only_error(ErrorCode::access_violation);
    CHECK(outbox.sent[0].socket != listener);
    LONGS_EQUAL(0, questions.size());
}

TEST(TftpServiceLimits, AnUnknownModeGetsError4) {
    begin();
    service->on_listener(incoming(phone, listener, request("file", 1, "mail")), now);
    only_error(ErrorCode::illegal_operation);
}

TEST(TftpServiceLimits, GarbageAcksAndErrorsAtTheListenerAreNotAnswered) {
    begin();
    service->on_listener(incoming(phone, listener, {1, 2, 3}), now);
    service->on_listener(incoming(phone, listener, ack(1)), now);
    service->on_listener(incoming(phone, listener, {0, 5, 0, 0, 'x', 0}), now);
    LONGS_EQUAL(0, outbox.sent.size());
    LONGS_EQUAL(1, counters.get(Counter::tftp_malformed));
}

TEST(TftpServiceLimits, ABroadcastRequestIsIgnored) {
    begin();
    auto broadcast = incoming(phone, listener, request("file"));
    broadcast.unicast = false;
    service->on_listener(broadcast, now);
    LONGS_EQUAL(0, outbox.sent.size());
}

TEST(TftpServiceLimits, ARequestFromPort0IsIgnored) {
    begin();
    ask(peer("192.0.2.1", 0), "file");
    LONGS_EQUAL(0, outbox.sent.size());
}

TEST(TftpServiceLimits, ATruncatedDatagramIsGarbage) {
    begin();
    auto cut = incoming(phone, listener, request("file"));
    cut.truncated = true;
    service->on_listener(cut, now);
    LONGS_EQUAL(0, outbox.sent.size());
    LONGS_EQUAL(1, counters.get(Counter::tftp_malformed));
}

TEST(TftpServiceLimits, ARequestThatLayForMoreThanASecondIsDropped) {
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

TEST(TftpServiceLimits, ARequestToAnInterfaceThatIsNotOursIsIgnored) {
    config->interfaces = {"127.0.0.6"};
    begin();
    ask(phone, "file");
    LONGS_EQUAL(0, outbox.sent.size());
}

TEST(TftpServiceLimits, EachRefusalIsOneErrorFromATransferSocket) {
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

TEST(TftpServiceLimits, AFifthRequestFromOnePortCannotEndTransfersThePhoneTakesPartIn) {
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

TEST(TftpServiceLimits, OneClientMayHold64TransfersAndTheNextIsMetWithSilence) {
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

TEST(TftpServiceLimits, AtTheTotalLimitTheOldestUnansweredMakesRoom) {
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

TEST(TftpServiceLimits, AnsweredTransfersDoNotMakeRoom) {
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

TEST(TftpServiceLimits, AStrangerOnATransferSocketGetsOneError5) {
    begin();
    service->on_transfer_socket(incoming(phone, 2, ack(1)), now);
    only_error(ErrorCode::unknown_transfer_id);
    LONGS_EQUAL(2, outbox.sent[0].socket);
    service->on_transfer_socket(incoming(phone, 2, ack(1)), now);
    LONGS_EQUAL(1, outbox.sent.size());
    LONGS_EQUAL(2, counters.get(Counter::tftp_foreign_tid));
}

TEST(TftpServiceLimits, AStrangersErrorAndGarbageAreNotAnswered) {
    begin();
    service->on_transfer_socket(incoming(phone, 2, {0, 5, 0, 5, 'x', 0}), now);
    service->on_transfer_socket(incoming(phone, 2, {0, 9, 0, 5}), now);
    LONGS_EQUAL(0, outbox.sent.size());
}

TEST(TftpServiceLimits, AStrangerDoesNotDisturbTheTransfer) {
    begin();
    ask(phone, "file");
    const auto data = outbox.sent[0];
    service->on_transfer_socket(incoming(peer("192.0.2.9", 1000), data.socket, ack(1)), now);
    LONGS_EQUAL(5, outbox.sent[1].opcode());
    acknowledge(data);
    LONGS_EQUAL(3, outbox.sent[2].opcode());
    LONGS_EQUAL(2, outbox.sent[2].number());
}

TEST(TftpServiceLimits, TheLastAckTwiceIsNoStranger) {
    begin();
    ask(phone, "file");
    acknowledge(outbox.sent[0]);
    acknowledge(outbox.sent[1]);
    const auto before = outbox.sent.size();
    acknowledge(outbox.sent[1]);
    LONGS_EQUAL(before, outbox.sent.size());
}
