#include "tftpd/tftp/read_transfer.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <utility>

namespace branchline::tftp {
namespace {

constexpr Duration longest_kept_wait = std::chrono::seconds(1);  // a longer first wait would outlast the peer's patience
constexpr std::uint8_t most_losses_believed = 4;                 // in a row; see on_ambiguous_answer()

Bytes render_oack(const Negotiation& negotiation) {
    OptionList options;
    std::size_t size = 2;
    for (const auto& [name, value] : negotiation.acknowledged) {
        options.emplace_back(name, value);
        size += name.size() + value.size() + 2;
    }
    Bytes bytes(size);
    write_oack(bytes, options);
    return bytes;
}

void count_up(std::uint8_t& counter) {
    if (counter < std::numeric_limits<std::uint8_t>::max()) {
        ++counter;
    }
}

}  // namespace

ReadTransfer::ReadTransfer(std::shared_ptr<const BlockSource> source, const Negotiation& negotiation,
                           const ReadTransferLimits& limits, const RoundTrip& round_trip, TimePoint now)
    : source_(std::move(source)),
      limits_(limits),
      round_trip_(round_trip),
      last_sent_(now),
      last_heard_(now),
      last_progress_(now),
      asked_timeout_(negotiation.options.timeout),
      block_size_(negotiation.options.block_size),
      window_size_(std::max<std::uint16_t>(negotiation.options.window_size, 1)) {
    assert(source_);
    if (!negotiation.acknowledged.empty()) {
        oack_ = render_oack(negotiation);
        phase_ = Phase::oack;
        oack_due_ = true;
    }
    deadline_ = now + wait();
}

std::optional<std::size_t> ReadTransfer::next_datagram(ByteSpan into, TimePoint now) {
    if (error_due_) {
        error_due_ = false;
        if (!may_send()) {
            return std::nullopt;
        }
        const auto size = write_error(into, static_cast<ErrorCode>(error_code_), error_text_);
        sent(now);
        return size;
    }
    if (state_ != State::running || !something_to_send() || !may_send()) {
        return std::nullopt;
    }
    if (phase_ == Phase::oack) {
        oack_due_ = false;
        std::memcpy(into.data(), oack_.data(), oack_.size());
        sent(now);
        return oack_.size();
    }
    return next_data(into, now);
}

bool ReadTransfer::something_to_send() const {
    if (phase_ == Phase::oack) {
        return oack_due_;
    }
    return next_ <= acked_ + window_size_ && (last_block_ == 0 || next_ <= last_block_);
}

// At most three datagrams, of whatever kind, go to somebody who never answered: the address may be a victim's (threats.md T2).
bool ReadTransfer::may_send() const {
    return answered_ || sends_ < limits_.unanswered_sends;
}

std::optional<std::size_t> ReadTransfer::next_data(ByteSpan into, TimePoint now) {
    assert(into.size() >= data_header_size + block_size_);
    const auto offset = (next_ - 1) * block_size_;
    const auto read = source_->read(offset, into.subspan(data_header_size, block_size_));
    switch (read.state) {
        case BlockRead::State::ok:
            break;
        case BlockRead::State::pending:
            // No timer runs while we are the slow one. A peer that misses something says so with its own timer.
            state_ = State::waiting_for_source;
            deadline_ = TimePoint::max();
            return std::nullopt;
        case BlockRead::State::failed:
            cancel(ErrorCode::undefined, "file not available", true);
            end_ = End::source_failed;
            return next_datagram(into, now);
    }
    if (read.bytes < block_size_) {
        last_block_ = next_;
        end_offset_ = offset + read.bytes;
    }
    if (next_ <= highest_) {
        ++statistics_.resent;
        sent_twice_ = std::max(sent_twice_, next_);
    }
    const auto size = write_data_header(into, static_cast<std::uint16_t>(next_)) + read.bytes;
    highest_ = std::max(highest_, next_);
    ++next_;
    sent(now);
    return size;
}

void ReadTransfer::sent(TimePoint now) {
    last_sent_ = now;
    if (state_ == State::running) {
        deadline_ = now + wait();
    }
    if (!answered_) {
        count_up(sends_);
    }
}

Duration ReadTransfer::wait() const {
    // RFC 2349: the peer wants this and nothing else. Before its first ACK it has not agreed on anything, and whoever forged
    // the request shall not make us hold a transfer for minutes.
    if (asked_timeout_ != Duration::zero()) {
        return answered_ ? asked_timeout_ : std::min(asked_timeout_, round_trip_.limits().ceiling);
    }
    return round_trip_.wait(static_cast<unsigned>(resends_) + kept_back_off_);
}

void ReadTransfer::on_packet(const Packet& packet, TimePoint now) {
    if (state_ != State::running && state_ != State::waiting_for_source) {
        return;
    }
    if (const auto* ack = std::get_if<Ack>(&packet)) {
        on_ack(ack->block, now);
    } else if (std::holds_alternative<ErrorPacket>(packet)) {
        finish(State::failed, End::peer_error);  // RFC 1350 section 7: an ERROR is neither acknowledged nor answered.
    }
    // Nothing else has a meaning here. It is passed over, not answered: a forged datagram must not end a transfer.
}

void ReadTransfer::on_ack(std::uint16_t wire_block, TimePoint now) {
    if (phase_ == Phase::oack) {
        if (wire_block != 0 || sends_ == 0) {
            return;
        }
        if (sends_ == 1) {
            round_trip_.sample(now - last_sent_);
        }
        phase_ = Phase::data;
        oack_ = Bytes();
        oack_due_ = false;
        answered_ = true;
        heard(now);
        timeouts_ = 0;
        last_progress_ = now;
        deadline_ = now + wait();
        return;
    }
    // How far past the last confirmed block the peer got, modulo 2^16. Zero is a duplicate ACK: staying silent is what RFC 1123
    // 4.2.3.1 asks for, or every delayed ACK would double the traffic for the rest of the file. More than was ever sent is an
    // old or a forged one.
    const auto progress = static_cast<std::uint16_t>(wire_block - static_cast<std::uint16_t>(acked_));
    if (progress > highest_ - acked_) {
        return;
    }
    if (progress > 0) {
        on_progress(acked_ + progress, now);
    } else if (answered_) {
        heard(now);
        if (state_ == State::running) {
            deadline_ = std::min(deadline_, now + wait());
        }
    }
}

void ReadTransfer::heard(TimePoint now) {
    last_heard_ = now;
    resends_ = 0;
}

void ReadTransfer::on_progress(std::uint64_t block, TimePoint now) {
    if (block > sent_twice_) {
        // Only the latest block's time is known, and only the end of a window or of the file is acknowledged at once.
        const auto elapsed = now - last_sent_;
        if (block == highest_ && (block == acked_ + window_size_ || block == last_block_)) {
            round_trip_.sample(elapsed);
        }
        ambiguous_ = 0;
        while (kept_back_off_ > 0 && elapsed <= round_trip_.wait(kept_back_off_ - 1u)) {
            --kept_back_off_;
        }
    } else if (timeouts_ > 0) {
        on_ambiguous_answer(now - last_sent_);
    }
    answered_ = true;
    acked_ = block;
    statistics_.blocks = acked_;
    statistics_.bytes = last_block_ != 0 && acked_ == last_block_ ? end_offset_ : acked_ * block_size_;
    heard(now);
    timeouts_ = 0;
    last_progress_ = now;
    if (acked_ == last_block_) {
        finish(State::done, End::completed);
        return;
    }
    // RFC 7440 section 4: an ACK in the middle of the window says that the next block is missing; go on right after it. While
    // we waited for the source, that block may well be one that the source has.
    next_ = acked_ + 1;
    state_ = State::running;
    deadline_ = now + wait();
}

// Karn: the answer to a block that the timer sent again may be to either sending, so it is not measured. If it comes when the
// last sending's answer is due, the first was lost and the timer is right. Else, and if that happens many times in a row, the
// timer is too short for this peer: it stays backed off until an unambiguous answer comes sooner than that. Without this
// a peer that became slow would be sent everything twice for the rest of the file.
void ReadTransfer::on_ambiguous_answer(Duration since_last_sending) {
    count_up(ambiguous_);
    const bool too_early = !round_trip_.fits(since_last_sending) || ambiguous_ >= most_losses_believed;
    if (too_early && round_trip_.wait(kept_back_off_) < longest_kept_wait) {
        ++kept_back_off_;
    }
}

void ReadTransfer::on_repeated_request(TimePoint now) {
    if (state_ != State::running || answered_ || sends_ == 0 || !may_send()) {
        return;
    }
    send_again(now);
}

void ReadTransfer::on_timer(TimePoint now) {
    if (state_ != State::running || now < deadline_) {
        return;
    }
    if (!answered_) {
        if (sends_ >= limits_.unanswered_sends) {
            // The phone's first ACK may be what was lost. Its own timer, mostly a second, brings it again.
            const auto given_up_at = last_sent_ + limits_.first_patience;
            if (now >= given_up_at) {
                finish(State::failed, End::peer_silent);
            } else {
                deadline_ = given_up_at;
            }
            return;
        }
    } else {
        if (resends_ >= limits_.resends) {
            // What is left is to wait for the peer's own timer.
            const auto given_up_at = last_heard_ + limits_.patience;
            if (now >= given_up_at) {
                finish(State::failed, End::peer_silent);
            } else {
                deadline_ = given_up_at;
            }
            return;
        }
        if (now - last_progress_ >= std::max(limits_.stall, asked_timeout_ * (limits_.resends + 1))) {
            cancel(ErrorCode::undefined, "no progress", true);
            end_ = End::protocol_error;
            return;
        }
    }
    send_again(now);
}

void ReadTransfer::send_again(TimePoint now) {
    count_up(resends_);
    count_up(timeouts_);
    next_ = acked_ + 1;
    if (phase_ == Phase::oack) {
        oack_due_ = true;
        ++statistics_.resent;
    }
    deadline_ = now + wait();
}

void ReadTransfer::on_source_grew(TimePoint now) {
    if (state_ != State::waiting_for_source) {
        return;
    }
    state_ = State::running;
    last_heard_ = now;
    last_progress_ = now;
    deadline_ = now + wait();
}

void ReadTransfer::cancel(ErrorCode code, std::string_view text, bool tell_peer) {
    if (state_ == State::done || state_ == State::failed) {
        return;
    }
    finish(State::failed, End::cancelled);
    if (tell_peer) {
        error_due_ = true;
        error_code_ = static_cast<std::uint16_t>(code);
        error_text_ = text;
    }
}

void ReadTransfer::finish(State state, End end) {
    state_ = state;
    end_ = end;
    deadline_ = TimePoint::max();
    oack_due_ = false;
    oack_ = Bytes();
}

}  // namespace branchline::tftp
