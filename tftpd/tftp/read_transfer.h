// Serves one file to one peer: the sender's side of RFC 1350 with windows (RFC 7440), sans-IO. The driver hands in what
// arrived and what time it is, takes datagrams out until there are none, and calls again at deadline().
//
//   start --(options agreed)--> OACK sent --ACK 0--> sending --(ACK of the last block)--> done
//     `-----(no options)-------> first DATA -----------^   \--(peer silent, ERROR, source failed)--> failed
//
// Time to send again: RoundTrip's wait, or the timeout option's seconds once the peer has confirmed them. The whole window goes
// again, from the last acknowledged block (RFC 7440 section 4). Anything the peer says, a repeated ACK too, shows that it lives
// and brings the timer back to its first wait; it never makes a datagram leave by itself.
//
// Rules it keeps: nothing but the OACK, or DATA 1, goes to a peer that has not answered yet, and that at most three times;
// a duplicate ACK is not answered (RFC 1123 4.2.3.1); block numbers wrap from 65535 to 0; an ERROR is never answered.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/clock.h"
#include "tftpd/tftp/block_source.h"
#include "tftpd/tftp/packet.h"
#include "tftpd/tftp/round_trip.h"
#include "tftpd/tftp/transfer_options.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace branchline::tftp {

struct ReadTransferLimits {
    unsigned unanswered_sends = 3;                      ///< datagrams to a peer that never answered, the first included
    Duration first_patience = std::chrono::seconds(3);  ///< how long a first answer is waited for after the last of these
    unsigned resends = 6;  ///< times one window is sent again to a peer that has answered before and is silent now
    Duration patience = std::chrono::seconds(15);  ///< silence after which it is given up, if the resends were used up sooner
    Duration stall = std::chrono::seconds(60);  ///< without a new block acknowledged, whatever the peer says, the transfer ends
    RoundTripLimits round_trip{};
};

class ReadTransfer {
public:
    enum class State { running, waiting_for_source, done, failed };
    /// Why a transfer ended, for the log and the counters. protocol_error: the peer goes on talking but gets no further.
    enum class End { none, completed, peer_silent, peer_error, source_failed, protocol_error, cancelled };

    struct Statistics {
        std::uint64_t bytes = 0;   ///< of the file, acknowledged
        std::uint64_t blocks = 0;  ///< acknowledged
        std::uint64_t resent = 0;  ///< DATA and OACK sent again
    };

    /// `round_trip` may carry what is known of this peer from earlier transfers; else give it limits.round_trip. Nothing of
    /// `negotiation` is kept but copies.
    ReadTransfer(std::shared_ptr<const BlockSource> source, const Negotiation& negotiation, const ReadTransferLimits& limits,
                 const RoundTrip& round_trip, TimePoint now);

    /// The next datagram to send now, written into `into` (at least data_header_size + block size, or 512, bytes); its size in
    /// bytes, or nothing when there is none for now. Call until it returns nothing after every other call.
    std::optional<std::size_t> next_datagram(ByteSpan into, TimePoint now);

    /// A datagram from this transfer's peer.
    void on_packet(const Packet& packet, TimePoint now);

    /// The same request once more: the peer did not see our first answer. Sends it again while nothing was acknowledged, within
    /// the limit of unanswered sends. Does nothing once answered(): whoever asks again then, and later than a datagram may
    /// linger on the way, is a phone that started over, and a driver should begin a new transfer in place of this one.
    void on_repeated_request(TimePoint now);

    /// To be called at deadline() or later; earlier calls do nothing.
    void on_timer(TimePoint now);

    /// The source has more than it had when the state became waiting_for_source.
    void on_source_grew(TimePoint now);

    /// Ends the transfer; if `tell_peer`, one ERROR goes out by next_datagram().
    void cancel(ErrorCode code, std::string_view text, bool tell_peer);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] End end() const { return end_; }
    [[nodiscard]] TimePoint deadline() const { return deadline_; }  ///< meaningful while running
    [[nodiscard]] bool answered() const { return answered_; }       ///< the peer has acknowledged something
    [[nodiscard]] const Statistics& statistics() const { return statistics_; }
    [[nodiscard]] const RoundTrip& round_trip() const { return round_trip_; }

private:
    enum class Phase : std::uint8_t {
        oack,  ///< the OACK is to be confirmed by ACK 0
        data,
    };

    void on_ack(std::uint16_t wire_block, TimePoint now);
    void heard(TimePoint now);
    void on_progress(std::uint64_t block, TimePoint now);
    void on_ambiguous_answer(Duration since_last_sending);
    void send_again(TimePoint now);
    [[nodiscard]] bool something_to_send() const;
    [[nodiscard]] bool may_send() const;
    std::optional<std::size_t> next_data(ByteSpan into, TimePoint now);
    void sent(TimePoint now);
    [[nodiscard]] Duration wait() const;
    void finish(State state, End end);

    std::shared_ptr<const BlockSource> source_;
    ReadTransferLimits limits_;
    RoundTrip round_trip_;
    Statistics statistics_{};
    Bytes oack_;              ///< as it goes out; freed when confirmed
    std::string error_text_;  ///< of the ERROR that is to go out
    TimePoint deadline_{};
    TimePoint last_sent_{};
    TimePoint last_heard_{};
    TimePoint last_progress_{};
    Duration asked_timeout_{};  ///< zero = the peer did not ask for one

    // Blocks are counted from 1 for the whole file; only their low 16 bits travel.
    //   … acked_ | in flight … next_-1 | next_ … (not sent, or to be sent again) … highest_ | never sent …
    std::uint64_t acked_ = 0;       ///< the peer has all blocks up to this one
    std::uint64_t next_ = 1;        ///< the block that is sent next
    std::uint64_t highest_ = 0;     ///< the last block that was ever sent
    std::uint64_t sent_twice_ = 0;  ///< blocks up to this one may have been sent more than once (Karn)
    std::uint64_t last_block_ = 0;  ///< the block that ends the file; 0 = not reached yet
    std::uint64_t end_offset_ = 0;  ///< bytes of the whole file, once last_block_ is known

    std::uint16_t block_size_;
    std::uint16_t window_size_;
    std::uint16_t error_code_ = 0;
    std::uint8_t sends_ = 0;          ///< datagrams to a peer that has not answered yet
    std::uint8_t resends_ = 0;        ///< timeouts since the peer was heard last
    std::uint8_t timeouts_ = 0;       ///< since something new was acknowledged
    std::uint8_t ambiguous_ = 0;      ///< answers in a row that may belong to either sending of a block (Karn)
    std::uint8_t kept_back_off_ = 0;  ///< doublings that stay in force until an unambiguous answer comes sooner
    Phase phase_ = Phase::data;
    State state_ = State::running;
    End end_ = End::none;
    bool answered_ = false;
    bool oack_due_ = false;
    bool error_due_ = false;
};

}  // namespace branchline::tftp
