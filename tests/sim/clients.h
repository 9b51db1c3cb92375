// Who asks for a file in the simulation: a plain phone as they are in the field, and our own FetchTransfer.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/clock.h"
#include "tftpd/tftp/fetch_transfer.h"

#include <cstdint>
#include <functional>
#include <optional>

namespace branchline::sim {

class Client {
public:
    using Send = std::function<void(std::uint16_t server_port, ByteView datagram)>;

    virtual ~Client() = default;
    virtual void start(const Send& send, TimePoint now) = 0;
    virtual void on_datagram(std::uint16_t server_port, ByteView datagram, const Send& send, TimePoint now) = 0;
    virtual void on_timer(const Send& send, TimePoint now) = 0;
    [[nodiscard]] virtual TimePoint deadline() const = 0;
    [[nodiscard]] virtual bool ended() const = 0;
    [[nodiscard]] virtual bool succeeded() const = 0;
    [[nodiscard]] virtual const Bytes& content() const = 0;
    /// Time that passed until the client's own timer rang, in all. No server can shorten it.
    [[nodiscard]] virtual Duration waited_for_timer() const { return {}; }
};

inline constexpr std::uint16_t request_port = 69;

/// What a phone does with a block that it has already: RFC 1350 lets it say the ACK again, or leave that to its timer.
enum class RepeatedData { acknowledged, passed_over };

/// Lock-step, no options, one fixed timer, no patience after the last ACK: RFC 1350 as small clients do it.
class Phone final : public Client {
public:
    Phone(bool netascii, unsigned retries, RepeatedData repeated)
        : netascii_(netascii), retries_(retries), repeated_(repeated) {}

    void start(const Send& send, TimePoint now) override;
    void on_datagram(std::uint16_t server_port, ByteView datagram, const Send& send, TimePoint now) override;
    void on_timer(const Send& send, TimePoint now) override;
    [[nodiscard]] TimePoint deadline() const override { return ended_ ? TimePoint::max() : deadline_; }
    [[nodiscard]] bool ended() const override { return ended_; }
    [[nodiscard]] bool succeeded() const override { return succeeded_; }
    [[nodiscard]] const Bytes& content() const override { return content_; }
    [[nodiscard]] Duration waited_for_timer() const override { return waited_for_timer_; }

private:
    void say(const Send& send, TimePoint now);

    bool netascii_;
    unsigned retries_;  ///< of one packet
    RepeatedData repeated_;
    Duration waited_for_timer_{};
    unsigned tries_ = 0;
    std::optional<std::uint16_t> server_port_;
    std::uint16_t last_block_ = 0;
    TimePoint deadline_{};
    bool ended_ = false;
    bool succeeded_ = false;
    Bytes content_;
};

/// Our own fetching side, as another branch's proxy would use it.
class Fetcher final : public Client {
public:
    Fetcher(const tftp::FetchSettings& settings, TimePoint now) : fetch_("file", settings, now) {}

    void start(const Send& send, TimePoint now) override { drain(send, now); }
    void on_datagram(std::uint16_t server_port, ByteView datagram, const Send& send, TimePoint now) override;
    void on_timer(const Send& send, TimePoint now) override;
    [[nodiscard]] TimePoint deadline() const override { return fetch_.deadline(); }
    [[nodiscard]] bool ended() const override { return fetch_.state() != tftp::FetchTransfer::State::running; }
    [[nodiscard]] bool succeeded() const override { return fetch_.state() == tftp::FetchTransfer::State::done; }
    [[nodiscard]] const Bytes& content() const override { return content_; }

private:
    void drain(const Send& send, TimePoint now);

    tftp::FetchTransfer fetch_;
    Bytes content_;
};

}  // namespace branchline::sim
