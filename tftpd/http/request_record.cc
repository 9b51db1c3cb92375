#include "tftpd/http/request_record.h"

#include "tftpd/base/counters.h"
#include "tftpd/log/log.h"
#include "tftpd/resolve/trust_reader.h"

#include "http_messages.h"

namespace branchline {

void RequestRecord::for_file(std::string name) {
    counters.add(Counter::http_requests);
    file_ = std::move(name);
    source_ = "-";
    trust_ = {};
}

void RequestRecord::carries(const Content& content) {
    if (host_.listener) {
        trust_ = read_trust(file_, content);
    }
}

void RequestRecord::no_handshake(const std::string& reason) {
    counters.add(Counter::tls_failed);
    if (may_log()) {
        LOG_INFO(http_logger, HTTPS_HANDSHAKE_FAILED).arg(phone_.to_string()).arg(reason);
    }
}

void RequestRecord::bad(unsigned status, const std::string& reason) {
    counters.add(Counter::http_requests);
    counters.add(Counter::http_refused);
    if (may_log()) {
        LOG_INFO(http_logger, HTTP_REQUEST_BAD).arg(phone_.to_string()).arg(status).arg(reason);
    }
}

void RequestRecord::done(unsigned status, std::uint64_t bytes, const std::string& reason) {
    using Outcome = FileReport::Outcome;
    switch (status) {
        case 200:
            counters.add(Counter::http_done);
            tell(Outcome::sent, bytes, reason);
            break;
        case 404:
            counters.add(Counter::http_not_found);
            tell(Outcome::not_found, bytes, reason);
            break;
        case 403:
            counters.add(Counter::http_refused);
            tell(Outcome::refused, bytes, reason);
            break;
        default:
            counters.add(Counter::http_failed);
            tell(Outcome::unavailable, bytes, reason);
    }
    if (may_log()) {
        LOG_INFO(http_logger, HTTP_READ_DONE)
            .arg(phone_.to_string())
            .arg(file_)
            .arg(source_)
            .arg(bytes)
            .arg(milliseconds())
            .arg(status)
            .arg(tls_ ? "https" : "http")
            .arg(reason.empty() ? "" : " reason=" + reason);
    }
}

void RequestRecord::broken_off(std::uint64_t bytes, const std::string& reason) {
    counters.add(Counter::http_failed);
    tell(FileReport::Outcome::broken_off, bytes, reason);
    if (may_log()) {
        LOG_INFO(http_logger, HTTP_READ_FAILED)
            .arg(phone_.to_string())
            .arg(file_)
            .arg(source_)
            .arg(bytes)
            .arg(milliseconds())
            .arg(reason);
    }
}

void RequestRecord::tell(FileReport::Outcome outcome, std::uint64_t bytes, const std::string& reason) const {
    if (host_.listener) {
        const auto now = Clock::now();
        host_.listener({.phone = phone_,
                        .name = file_,
                        .http = true,
                        .outcome = outcome,
                        .source = source_,
                        .reason = reason,
                        .bytes = bytes,
                        .took = now - asked_at_,
                        .ended = now,
                        .trust = trust_});
    }
}

std::string RequestRecord::milliseconds() const {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - asked_at_).count());
}

bool RequestRecord::may_log() {
    const auto left_out = host_.log_lines.take(Clock::now());
    if (left_out.value_or(0) != 0) {
        LOG_WARN(http_logger, HTTP_LINES_LEFT_OUT).arg(*left_out);
    }
    return left_out.has_value();
}

}  // namespace branchline
