// What is told of one request: its line in the log, its counters, and the report to whoever keeps the phones' timelines. It
// says each thing once, and knows nothing of how the answer is sent.
#pragma once

#include "tftpd/http/connection.h"

#include <cstdint>
#include <string>
#include <utility>

namespace branchline {

class RequestRecord {
public:
    RequestRecord(ConnectionHost& host, IpAddress phone, bool tls) : host_(host), phone_(std::move(phone)), tls_(tls) {}

    /// Bytes came that may become a request.
    void begin() { asked_at_ = Clock::now(); }
    /// It asks for this file; `name` is escaped, without a leading '/'.
    void for_file(std::string name);
    void answered_from(const std::string& source) { source_ = source.empty() ? "-" : source; }

    /// There was no request, because TLS did not come about.
    void no_handshake(const std::string& reason);
    /// What is sent; before done().
    void carries(const Content& content);
    /// It was no request for a file.
    void bad(unsigned status, const std::string& reason);
    /// It was answered, with `bytes` of a file; `reason` if without one.
    void done(unsigned status, std::uint64_t bytes, const std::string& reason);
    /// The answer did not come to its end.
    void broken_off(std::uint64_t bytes, const std::string& reason);

private:
    void tell(FileReport::Outcome outcome, std::uint64_t bytes, const std::string& reason) const;
    [[nodiscard]] std::string milliseconds() const;
    [[nodiscard]] bool may_log();

    ConnectionHost& host_;
    const IpAddress phone_;
    const bool tls_;
    TimePoint asked_at_{};
    std::string file_{};
    std::string source_{"-"};
    FileTrust trust_{};
};

}  // namespace branchline
