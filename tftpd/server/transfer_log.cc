#include "tftpd/server/transfer_log.h"

#include "tftpd/base/bytes.h"
#include "tftpd/base/counters.h"
#include "tftpd/base/histogram.h"
#include "tftpd/log/log.h"
#include "tftpd/resolve/resolver.h"
#include "tftpd/resolve/trust_reader.h"

#include "server_messages.h"

#include <algorithm>

namespace branchline {

namespace {

constexpr std::size_t name_in_log = 128;  // characters
constexpr Duration limit_told_every = std::chrono::minutes(1);

std::string_view text_of(tftp::ReadTransfer::End end, bool answered) {
    using End = tftp::ReadTransfer::End;
    switch (end) {
        case End::none:
        case End::completed:
            return "none";
        case End::peer_silent:
            return answered ? "the phone fell silent" : "the phone never answered";
        case End::peer_error:
            return "the phone ended it";
        case End::source_failed:
            return "the file could not be read to its end";
        case End::protocol_error:
            return "the phone broke the protocol";
        case End::cancelled:
            return "cancelled";
    }
    return "unknown";
}

void count(const tftp::ReadTransfer::Statistics& sent) {
    counters.add(Counter::tftp_bytes, sent.bytes);
    counters.add(Counter::tftp_blocks, sent.blocks);
    counters.add(Counter::tftp_resent, sent.resent);
}

long long milliseconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

bool TransferLog::fits(LineBudget& budget, TimePoint now) {
    const auto left_out = budget.take(now);
    if (left_out && *left_out > 0) {
        LOG_WARN(tftp_logger, TFTP_LINES_LEFT_OUT).arg(*left_out);
    }
    return left_out.has_value();
}

void TransferLog::tell(const Session& session, FileReport::Outcome outcome, std::string_view reason, TimePoint now) const {
    if (!listener_) {
        return;
    }
    FileReport report;
    report.phone = session.key.phone.ip();
    const auto name = std::string_view(session.name);
    report.name = escaped(name.substr(std::min(name.find_first_not_of('/'), name.size())), name_in_log);
    report.outcome = outcome;
    report.source = session.source;
    report.reason = reason;
    if (session.transfer) {
        const auto& sent = session.transfer->statistics();
        report.bytes = sent.bytes;
        report.blocks = sent.blocks;
        report.resent = sent.resent;
    }
    if (outcome == FileReport::Outcome::sent && session.content) {
        report.trust = read_trust(report.name, *session.content);
    }
    report.took = now - session.started;
    report.ended = now;
    listener_(std::move(report));
}

void TransferLog::ended(const Session& session, TimePoint now) {
    const auto& transfer = *session.transfer;
    const auto& sent = transfer.statistics();
    const bool done = transfer.state() == tftp::ReadTransfer::State::done;
    counters.add(done ? Counter::tftp_done : Counter::tftp_failed);
    count(sent);
    using Outcome = FileReport::Outcome;
    tell(session,
         done                  ? Outcome::sent
         : transfer.answered() ? Outcome::broken_off
                               : Outcome::unheard,
         done ? "" : text_of(transfer.end(), transfer.answered()), now);
    if (done) {
        tftp_transfer_times.add(now - session.started);
        if (tftp_logger.isInfoEnabled() && fits(completed_, now)) {
            LOG_INFO(tftp_logger, TFTP_READ_DONE)
                .arg(session.key.phone.text())
                .arg(escaped(session.name, name_in_log))
                .arg(session.source)
                .arg(sent.bytes)
                .arg(sent.blocks)
                .arg(sent.resent)
                .arg(milliseconds(now - session.started));
        }
    } else if (fits(other_, now)) {
        LOG_WARN(tftp_logger, TFTP_READ_FAILED)
            .arg(session.key.phone.text())
            .arg(escaped(session.name, name_in_log))
            .arg(session.source)
            .arg(sent.bytes)
            .arg(sent.blocks)
            .arg(sent.resent)
            .arg(milliseconds(now - session.started))
            .arg(text_of(transfer.end(), transfer.answered()));
    }
}

void TransferLog::dropped(const Session& session, std::string_view reason, TimePoint now) {
    counters.add(Counter::tftp_failed);
    tell(session, FileReport::Outcome::broken_off, reason, now);
    if (session.transfer) {
        count(session.transfer->statistics());
    }
    if (fits(other_, now)) {
        LOG_INFO(tftp_logger, TFTP_DROPPED).arg(session.key.phone.text()).arg(escaped(session.name, name_in_log)).arg(reason);
    }
}

void TransferLog::not_found(const Session& session, std::string_view reason, TimePoint now) {
    if (session.source == probe_source) {
        return;  // another appliance asks every other second whether we live
    }
    counters.add(Counter::tftp_not_found);
    tell(session, FileReport::Outcome::not_found, reason, now);
    if (fits(other_, now)) {
        LOG_INFO(tftp_logger, TFTP_NOT_FOUND)
            .arg(session.key.phone.text())
            .arg(escaped(session.name, name_in_log))
            .arg(session.source)
            .arg(reason);
    }
}

void TransferLog::unavailable(const Session& session, std::string_view reason, TimePoint now) {
    counters.add(Counter::tftp_failed);
    tell(session, FileReport::Outcome::unavailable, reason, now);
    if (fits(other_, now)) {
        LOG_WARN(tftp_logger, TFTP_UNAVAILABLE)
            .arg(session.key.phone.text())
            .arg(escaped(session.name, name_in_log))
            .arg(reason);
    }
}

void TransferLog::refused(const Session& session, std::string_view reason, TimePoint now) {
    tell(session, FileReport::Outcome::refused, reason, now);
    refused(session.key.phone, session.name, reason, now);
}

void TransferLog::refused(const Peer& phone, std::string_view file, std::string_view reason, TimePoint now) {
    counters.add(Counter::tftp_refused);
    if (fits(other_, now)) {
        LOG_WARN(tftp_logger, TFTP_REFUSED).arg(phone.text()).arg(escaped(file, name_in_log)).arg(reason);
    }
}

void TransferLog::limited(const Peer& phone, Limit limit, TimePoint now) {
    counters.add(Counter::tftp_limited);
    auto& told = limit_told_[static_cast<std::size_t>(limit)];
    auto last = told.load(std::memory_order_relaxed);
    const auto since_epoch = now.time_since_epoch().count();
    if (last != 0 && since_epoch - last < limit_told_every.count()) {
        return;
    }
    if (told.compare_exchange_strong(last, since_epoch, std::memory_order_relaxed)) {
        LOG_WARN(tftp_logger, TFTP_LIMITED)
            .arg(phone.text())
            .arg(limit == Limit::per_client ? "transfers-per-client" : "transfers")
            .arg(counters.get(Counter::tftp_limited));
    }
}

}  // namespace branchline
