// The log lines and counters of requests and transfers, and how many lines there may be: a phone that got its file is worth a
// line, but nobody can fill the disk by asking (threats.md T19). Each end is told to whoever keeps the phones' timelines, too.
// One for all threads.
#pragma once

#include "tftpd/phones/file_report.h"
#include "tftpd/server/line_budget.h"
#include "tftpd/server/session_table.h"

#include <array>
#include <atomic>
#include <string_view>
#include <utility>

namespace branchline {

class TransferLog {
public:
    /// What turned a request away.
    enum class Limit { per_client, in_all };

    /// `listener`, if there is one, is told how each request ended.
    explicit TransferLog(FileListener listener = {}) : listener_(std::move(listener)) {}

    /// A transfer has ended, well or badly.
    void ended(const Session& session, TimePoint now);
    /// A session ended before there was a transfer, or without the phone having had a say.
    void dropped(const Session& session, std::string_view reason, TimePoint now);
    void not_found(const Session& session, std::string_view reason, TimePoint now);
    void unavailable(const Session& session, std::string_view reason, TimePoint now);
    void refused(const Session& session, std::string_view reason, TimePoint now);  ///< by the name's or another rule
    /// Before there was a session: no request that could be answered with a file.
    void refused(const Peer& phone, std::string_view file, std::string_view reason, TimePoint now);
    void limited(const Peer& phone, Limit limit, TimePoint now);

private:
    /// Whether one more line fits; says by itself how many did not.
    [[nodiscard]] static bool fits(LineBudget& budget, TimePoint now);
    void tell(const Session& session, FileReport::Outcome outcome, std::string_view reason, TimePoint now) const;

    const FileListener listener_;

    // A branch that boots after a power cut fits in whole. What anybody can cause without having a file is kept so rare that
    // floods of TFTP, of HTTP and of names to look for, all at once, stay below 1 MiB a minute (T19).
    LineBudget completed_{2048, 50};
    LineBudget other_{50, 12};
    std::array<std::atomic<Duration::rep>, 2> limit_told_{};
};

}  // namespace branchline
