// Serves one file to one peer: the sender's side of RFC 1350 with windows (RFC 7440), sans-IO. The driver hands in what
// arrived and what time it is, takes datagrams out until there are none, and calls again at deadline().
//
//   start --(options agreed)--> OACK sent --ACK 0--> sending --(ACK of the last block)--> done
//     `-----(no options)-------> first DATA -----------^   \--(peer silent, ERROR, source failed)--> failed
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
#include <string_view>

namespace branchline::tftp {

struct ReadTransferLimits {
    unsigned unanswered_sends = 3;  ///< datagrams to a peer that never answered, the first included
    unsigned resends = 6;           ///< times one window is sent again to a peer that has answered before
    RoundTripLimits round_trip{};
};

class ReadTransfer {
public:
    enum class State { running, waiting_for_source, done, failed };
    /// Why a transfer failed, for the log and the counters.
    enum class End { none, completed, peer_silent, peer_error, source_failed, protocol_error, cancelled };

    struct Statistics {
        std::uint64_t bytes = 0;   ///< of the file, acknowledged
        std::uint64_t blocks = 0;  ///< acknowledged
        std::uint64_t resent = 0;  ///< DATA and OACK sent again
    };

    /// `round_trip` may carry what is known of this peer from earlier transfers.
    ReadTransfer(std::shared_ptr<const BlockSource> source, const Negotiation& negotiation, const ReadTransferLimits& limits,
                 const RoundTrip& round_trip, TimePoint now);

    /// The next datagram to send now, written into `into` (at least data_header_size + block size, or 512, bytes); its size in
    /// bytes, or nothing when there is none for now. Call until it returns nothing after every other call.
    std::optional<std::size_t> next_datagram(ByteSpan into, TimePoint now);

    /// A datagram from this transfer's peer.
    void on_packet(const Packet& packet, TimePoint now);

    /// The same request once more: the peer did not see our first answer. Sends it again while nothing was acknowledged, within
    /// the limit of unanswered sends.
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
    // To be completed in read_transfer's own work; the public part above is what others build on.
    State state_ = State::running;
    End end_ = End::none;
    TimePoint deadline_{};
    bool answered_ = false;
    Statistics statistics_{};
    RoundTrip round_trip_;
};

}  // namespace branchline::tftp
