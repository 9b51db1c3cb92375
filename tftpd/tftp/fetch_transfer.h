// Gets one file from one TFTP server: the receiver's side of RFC 1350, 2347-2349 and 7440, sans-IO. It believes only what it
// must: the driver has checked the address; this class locks on to the first TID that answers, refuses a second one, checks
// sizes against tsize and the cap, and ends by itself.
//
//   RRQ sent --OACK--> ACK 0 --DATA…--> … --(short DATA)--> last ACK, done
//      `------DATA 1 (server without options)--^
//   any state --(second TID)--> failed: two servers answer one request (somebody may be spoofing)
//
// A request that was sent again may honestly be answered once for each sending, from another TID each (RFC 1350 section 4): up
// to as many TIDs as requests are passed over if what they say is byte for byte what the first one said. More, or another
// answer, is what counts as two answers. Only an OACK or DATA 1 counts: garbage and ERRORs from other TIDs are passed over.
//
// A gap is acknowledged once with the last block in order (RFC 7440 section 4), a window at its end. After `done` the last ACK
// is due again whenever the last DATA comes again: a driver that wants to be kind to the server goes on calling on_datagram()
// and next_datagram() for a moment ("dallying", RFC 1350 section 6).
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/clock.h"
#include "tftpd/tftp/packet.h"
#include "tftpd/tftp/round_trip.h"
#include "tftpd/tftp/transfer_options.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace branchline::tftp {

struct FetchSettings {
    std::uint16_t block_size = 1428;       ///< asked for with blksize; 0 = no option
    std::uint16_t window_size = 16;        ///< asked for with windowsize; 0 = no option
    bool options = true;                   ///< false: a bare RFC 1350 request (fallback for servers that refuse options)
    bool expect_options = false;           ///< the server is known to answer with OACK: a bare DATA 1 is not believed
    bool mark = true;                      ///< carries our own mark as an option, so that another proxy does not proxy it
    std::uint64_t max_size = 64ull << 20;  ///< bytes; more is refused
    unsigned first_sends = 3;              ///< requests to a server that never answered, within `patience`
    unsigned resends = 5;                  ///< of one ACK to a server that has answered before
    Duration patience = std::chrono::milliseconds(1500);  ///< silence after which a server that never answered is given up
    RoundTripLimits round_trip{std::chrono::milliseconds(500), std::chrono::milliseconds(100), std::chrono::seconds(4),
                               std::chrono::milliseconds(100)};
};

/// The name of the option that marks our own requests (loop rule). RFC 2347 servers pass over options they do not know.
inline constexpr std::string_view proxy_mark_option = "x-branchline";

class FetchTransfer {
public:
    enum class State { running, done, failed };
    enum class End {
        none,
        completed,
        not_found,        ///< ERROR 1 (or 2): the server has no such file
        refused,          ///< another ERROR
        silent,           ///< never answered, or stopped answering
        options_refused,  ///< ERROR 8, or an OACK that cannot be accepted: may be tried again without options
        wrong_length,     ///< not what tsize said
        too_large,
        two_answers,  ///< a second TID answered the same request
        protocol_error,
        cancelled,
    };

    FetchTransfer(std::string name, const FetchSettings& settings, TimePoint now);

    /// The next datagram to send now (into at least 600 bytes), or nothing. The destination is server_tid() if set, else the
    /// server's well-known port.
    std::optional<std::size_t> next_datagram(ByteSpan into, TimePoint now);

    /// A datagram from the server's address with source port `tid`. The file's bytes that it brought, in order and each only
    /// once, are returned as a view into `datagram`; they must be used before the datagram goes.
    ByteView on_datagram(std::uint16_t tid, ByteView datagram, TimePoint now);

    void on_timer(TimePoint now);
    /// Ends the transfer; one ERROR 0 goes to a server that had answered.
    void cancel();

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] End end() const { return end_; }
    [[nodiscard]] TimePoint deadline() const { return deadline_; }
    [[nodiscard]] std::optional<std::uint16_t> server_tid() const { return tid_; }
    [[nodiscard]] bool found() const { return found_; }                                  ///< an OACK or DATA 1 was accepted
    [[nodiscard]] bool server_has_options() const { return server_has_options_; }        ///< it answered with an OACK
    [[nodiscard]] std::optional<std::uint64_t> file_size() const { return file_size_; }  ///< bytes, from tsize
    [[nodiscard]] std::uint64_t received() const { return received_; }                   ///< bytes so far

    [[nodiscard]] unsigned passed_over() const { return passed_over_; }  ///< datagrams that were not believed

private:
    static constexpr std::size_t most_foreign_tids = 8;  ///< remembered; more are two_answers in any case

    std::optional<std::size_t> next_request(ByteSpan into, TimePoint now);
    void on_foreign(std::uint16_t tid, const Packet& packet, ByteView datagram);
    void on_oack(std::uint16_t tid, const OptionAck& oack, ByteView datagram, TimePoint now);
    ByteView on_data(std::uint16_t tid, const Data& data, ByteView datagram, TimePoint now);
    void on_error(std::uint16_t tid, const ErrorPacket& error);
    void lock(std::uint16_t tid, ByteView datagram, TimePoint now);
    [[nodiscard]] bool accept_options(const OptionList& options);
    void pass_over(std::uint16_t block, TimePoint now);  ///< one that is not the next
    bool fits(std::size_t size, bool last);              ///< the next block; otherwise the transfer has failed
    void acknowledge(TimePoint now);
    void fail(End end, ErrorCode code, std::string_view text);
    void finish(State state, End end);

    std::string name_;
    FetchSettings settings_;
    RoundTrip round_trip_;
    State state_ = State::running;
    End end_ = End::none;
    TimePoint deadline_{};
    TimePoint started_;
    TimePoint last_sent_{};
    std::optional<std::uint16_t> tid_{};
    std::optional<std::uint64_t> file_size_{};
    std::uint64_t received_ = 0;      ///< bytes
    std::uint64_t blocks_ = 0;        ///< received in order; the low 16 bits are what an ACK says
    std::uint64_t first_answer_ = 0;  ///< a digest of the datagram that was locked on to
    std::array<std::uint16_t, most_foreign_tids> foreign_tids_{};
    std::size_t foreign_count_ = 0;
    std::uint16_t block_size_ = plain_block_size;
    std::uint16_t window_size_ = 1;
    std::uint16_t since_ack_ = 0;  ///< blocks received since the last ACK
    std::uint16_t gap_block_ = 0;  ///< the latest block that came out of order
    unsigned requests_ = 0;        ///< sent so far
    unsigned resends_ = 0;         ///< of the last ACK
    unsigned passed_over_ = 0;
    bool found_ = false;
    bool server_has_options_ = false;
    bool request_due_ = true;
    bool ack_due_ = false;
    bool ack_sent_once_ = false;  ///< the next DATA gives a round trip (Karn)
    bool gap_acknowledged_ = false;
    bool error_due_ = false;
    ErrorCode error_code_ = ErrorCode::undefined;
    std::string_view error_text_{};  ///< a literal
};

}  // namespace branchline::tftp
