#include "tftpd/tftp/fetch_transfer.h"

#include "tftpd/base/decimal.h"
#include "tftpd/base/letters.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace branchline::tftp {
namespace {

constexpr unsigned most_first_sends = 8;  // requests; more would be a flood towards a dead server

/// FNV-1a, 64 bits: tells answers apart, nothing more.
std::uint64_t digest(ByteView bytes) {
    std::uint64_t value = 0xcbf29ce484222325;
    for (const auto byte : bytes) {
        value = (value ^ byte) * 0x100000001b3;
    }
    return value;
}

}  // namespace

FetchTransfer::FetchTransfer(std::string name, const FetchSettings& settings, TimePoint now)
    : name_(std::move(name)), settings_(settings), round_trip_(settings.round_trip), started_(now) {
    settings_.first_sends = std::clamp(settings.first_sends, 1u, most_first_sends);
    deadline_ = now + settings_.patience;
}

std::optional<std::size_t> FetchTransfer::next_datagram(ByteSpan into, TimePoint now) {
    if (error_due_) {
        error_due_ = false;
        return write_error(into, error_code_, error_text_);
    }
    if (request_due_ && state_ == State::running) {
        return next_request(into, now);
    }
    if (ack_due_ && state_ != State::failed) {
        ack_due_ = false;
        last_sent_ = now;
        if (state_ == State::running) {
            deadline_ = now + round_trip_.wait(resends_);
        }
        return write_ack(into, static_cast<std::uint16_t>(blocks_));
    }
    return std::nullopt;
}

std::optional<std::size_t> FetchTransfer::next_request(ByteSpan into, TimePoint now) {
    request_due_ = false;
    ++requests_;
    last_sent_ = now;
    if (requests_ < settings_.first_sends) {
        // The patience is shared out 1 : 2 : 4 …, so that a lost request costs little and a slow server is not pressed.
        const auto shares = static_cast<std::int64_t>((1u << settings_.first_sends) - 1);
        deadline_ = started_ + settings_.patience * static_cast<std::int64_t>((1u << requests_) - 1) / shares;
    } else {
        deadline_ = started_ + settings_.patience;
    }
    OptionList options;
    const auto block_size = std::to_string(settings_.block_size);
    const auto window_size = std::to_string(settings_.window_size);
    if (settings_.options) {
        options.emplace_back("tsize", "0");
        if (settings_.block_size != 0) {
            options.emplace_back("blksize", block_size);
        }
        if (settings_.window_size != 0) {
            options.emplace_back("windowsize", window_size);
        }
        if (settings_.mark) {
            options.emplace_back(proxy_mark_option, "1");
        }
    }
    return write_read_request(into, name_, Mode::octet, options);
}

ByteView FetchTransfer::on_datagram(std::uint16_t tid, ByteView datagram, TimePoint now) {
    if (state_ == State::failed || requests_ == 0) {
        return {};
    }
    const auto packet = parse(datagram);
    if (!packet) {
        ++passed_over_;
        return {};
    }
    if (tid_ && *tid_ != tid) {
        on_foreign(tid, *packet, datagram);
        return {};
    }
    if (const auto* data = std::get_if<Data>(&*packet)) {
        return on_data(tid, *data, datagram, now);
    }
    if (const auto* oack = std::get_if<OptionAck>(&*packet)) {
        on_oack(tid, *oack, datagram, now);
    } else if (const auto* error = std::get_if<ErrorPacket>(&*packet)) {
        on_error(tid, *error);
    } else {
        ++passed_over_;
    }
    return {};
}

void FetchTransfer::on_foreign(std::uint16_t tid, const Packet& packet, ByteView datagram) {
    ++passed_over_;
    const auto* data = std::get_if<Data>(&packet);
    const bool answers_request = std::holds_alternative<OptionAck>(packet) || (data != nullptr && data->block == 1);
    if (!answers_request || state_ != State::running) {
        return;
    }
    const auto known =
        std::find(foreign_tids_.begin(), foreign_tids_.begin() + static_cast<std::ptrdiff_t>(foreign_count_), tid);
    const bool is_new = known == foreign_tids_.begin() + static_cast<std::ptrdiff_t>(foreign_count_);
    if (digest(datagram) != first_answer_ || (is_new && foreign_count_ + 1 >= requests_) ||
        foreign_count_ == most_foreign_tids) {
        fail(End::two_answers, ErrorCode::undefined, "two answers to one request");
        return;
    }
    if (is_new) {
        foreign_tids_[foreign_count_++] = tid;
    }
}

void FetchTransfer::lock(std::uint16_t tid, ByteView datagram, TimePoint now) {
    tid_ = tid;
    first_answer_ = digest(datagram);
    request_due_ = false;
    found_ = true;
    if (requests_ == 1) {
        round_trip_.sample(now - last_sent_);
    }
}

void FetchTransfer::on_oack(std::uint16_t tid, const OptionAck& oack, ByteView datagram, TimePoint now) {
    if (!settings_.options) {
        ++passed_over_;
        if (!tid_) {
            // Nobody asked for options. Whoever says so is wrong about more than that, and without a size nothing else would
            // show.
            tid_ = tid;
            fail(End::protocol_error, ErrorCode::illegal_operation, "no options were asked for");
        }
        return;
    }
    if (tid_) {
        if (server_has_options_ && blocks_ == 0 && state_ == State::running) {
            ack_due_ = true;  // The server did not see our ACK 0.
            ack_sent_once_ = false;
        }
        return;
    }
    if (!accept_options(oack.options)) {
        tid_ = tid;
        fail(End::options_refused, ErrorCode::option_refused, "options not as asked");
        return;
    }
    lock(tid, datagram, now);
    server_has_options_ = true;
    if (file_size_ && *file_size_ > settings_.max_size) {
        fail(End::too_large, ErrorCode::disk_full, "file too large");
        return;
    }
    acknowledge(now);
}

// RFC 2347: only what was asked for may be acknowledged; RFC 2348 and 7440: a size may be lowered, never raised.
bool FetchTransfer::accept_options(const OptionList& options) {
    for (const auto& [name, text] : options) {
        const auto value = decimal<std::uint64_t>(text);
        if (same_letters(name, "tsize")) {
            if (!value) {
                return false;
            }
            file_size_ = value;
        } else if (same_letters(name, "blksize") && settings_.block_size != 0) {
            if (!value || *value < smallest_block_size || *value > settings_.block_size) {
                return false;
            }
            block_size_ = static_cast<std::uint16_t>(*value);
        } else if (same_letters(name, "windowsize") && settings_.window_size != 0) {
            if (!value || *value < 1 || *value > settings_.window_size) {
                return false;
            }
            window_size_ = static_cast<std::uint16_t>(*value);
        } else if (!same_letters(name, proxy_mark_option) || !settings_.mark) {
            return false;
        }
    }
    return true;
}

ByteView FetchTransfer::on_data(std::uint16_t tid, const Data& data, ByteView datagram, TimePoint now) {
    if (!tid_) {
        if (data.block != 1 || settings_.expect_options) {
            ++passed_over_;  // Not an answer to this request, or not what this server is known to answer with.
            return {};
        }
        lock(tid, datagram, now);
    }
    if (state_ == State::done) {
        ack_due_ = ack_due_ || data.block == static_cast<std::uint16_t>(blocks_);
        return {};
    }
    if (static_cast<std::uint16_t>(data.block - blocks_) != 1) {
        pass_over(data.block, now);
        return {};
    }
    const auto size = data.bytes.size();
    const bool last = size < block_size_;
    if (!fits(size, last)) {
        return {};
    }
    if (ack_sent_once_ && !ack_due_) {
        round_trip_.sample(now - last_sent_);
    }
    ack_sent_once_ = false;
    gap_acknowledged_ = false;
    received_ += size;
    ++blocks_;
    ++since_ack_;
    resends_ = 0;
    deadline_ = now + round_trip_.wait(0);
    if (last) {
        acknowledge(now);
        finish(State::done, End::completed);
    } else if (since_ack_ >= window_size_) {
        acknowledge(now);
    }
    return data.bytes;
}

void FetchTransfer::pass_over(std::uint16_t block, TimePoint now) {
    ++passed_over_;
    const auto ahead = static_cast<std::uint16_t>(block - blocks_);
    if (ahead == 0 && blocks_ > 0 && since_ack_ == 0) {
        // The block that we acknowledged last, once more: that ACK was lost. Older ones need no word, this one follows them.
        ack_due_ = true;
        ack_sent_once_ = false;
    } else if (ahead > 1 && ahead <= window_size_ &&
               (!gap_acknowledged_ || static_cast<std::uint16_t>(gap_block_ - block) < 0x8000)) {
        // A gap, told once; again only when the block numbers have gone back, which means that the server sent again.
        gap_acknowledged_ = true;
        acknowledge(now);
        ack_sent_once_ = false;
    }
    gap_block_ = block;
}

bool FetchTransfer::fits(std::size_t size, bool last) {
    const auto total = received_ + size;
    if (size > block_size_) {
        fail(End::protocol_error, ErrorCode::illegal_operation, "block longer than agreed");
    } else if (file_size_ && (total > *file_size_ || (last && total != *file_size_))) {
        fail(End::wrong_length, ErrorCode::undefined, "length differs from tsize");
    } else if (total > settings_.max_size) {
        fail(End::too_large, ErrorCode::disk_full, "file too large");
    } else {
        return true;
    }
    return false;
}

void FetchTransfer::acknowledge(TimePoint now) {
    ack_due_ = true;
    ack_sent_once_ = true;
    since_ack_ = 0;
    resends_ = 0;
    deadline_ = now + round_trip_.wait(0);
}

void FetchTransfer::on_error(std::uint16_t tid, const ErrorPacket& error) {
    if (state_ != State::running) {
        return;
    }
    tid_ = tid;
    switch (error.code) {
        case ErrorCode::file_not_found:
        case ErrorCode::access_violation:
            finish(State::failed, blocks_ == 0 ? End::not_found : End::refused);
            break;
        case ErrorCode::option_refused:
            finish(State::failed, End::options_refused);
            break;
        default:
            finish(State::failed, End::refused);
    }
}

void FetchTransfer::on_timer(TimePoint now) {
    if (state_ != State::running || now < deadline_) {
        return;
    }
    if (!tid_) {
        if (requests_ >= settings_.first_sends || now >= started_ + settings_.patience) {
            finish(State::failed, End::silent);
            return;
        }
        request_due_ = true;
        return;
    }
    if (resends_ >= settings_.resends) {
        finish(State::failed, End::silent);
        return;
    }
    ++resends_;
    ack_due_ = true;
    ack_sent_once_ = false;
    since_ack_ = 0;
    gap_acknowledged_ = false;
    deadline_ = now + round_trip_.wait(resends_);
}

void FetchTransfer::cancel() {
    if (state_ == State::running) {
        fail(End::cancelled, ErrorCode::undefined, "cancelled");
        error_due_ = tid_.has_value();
    }
}

void FetchTransfer::fail(End end, ErrorCode code, std::string_view text) {
    finish(State::failed, end);
    error_due_ = true;
    error_code_ = code;
    error_text_ = text;
}

void FetchTransfer::finish(State state, End end) {
    state_ = state;
    end_ = end;
    deadline_ = TimePoint::max();
}

}  // namespace branchline::tftp
