// What the tests of the TFTP service share.
#pragma once

#include "tests/unit/server/support.h"
#include "tftpd/base/counters.h"
#include "tftpd/server/tftp_service.h"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CppUTest/TestHarness.h>

namespace branchline {

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

inline constexpr SocketNumber listener = 0;

/// A service without sockets: what it sends is kept, what it asks is answered by the test, the clock is ours.
TEST_BASE(TftpServiceBench) {
    std::shared_ptr<Config> config = std::make_shared<Config>();
    TimePoint now{std::chrono::seconds(1000)};
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
    void only_error(tftp::ErrorCode code) {
        LONGS_EQUAL(1, outbox.sent.size());
        LONGS_EQUAL(5, outbox.sent[0].opcode());
        LONGS_EQUAL(static_cast<unsigned>(code), outbox.sent[0].number());
    }
    const Peer phone = peer("192.0.2.1", 1000);
};

}  // namespace branchline
