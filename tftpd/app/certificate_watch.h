// Looks at the ends of all certificates once an hour, and at once when a store has changed; writes a line for each that comes
// to 90, 30 or 7 days before its end, or to it. Main thread only.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/tls/identity.h"
#include "tftpd/trust/expiry_watch.h"

#include <optional>

namespace branchline {

class CertificateWatch {
public:
    static constexpr std::chrono::hours interval{1};

    explicit CertificateWatch(const trust::CertificateStores& stores) : stores_(stores) {}

    /// Tells of stores that could not be read. Once, at start.
    void log_faults() const;
    /// `identity`: what we show ourselves; may be null. Returns how many lines were written.
    std::size_t look(const tls::IdentityPtr& identity, TimePoint now, trust::WallTime time);

private:
    const trust::CertificateStores& stores_;
    trust::StoredCertificatesPtr seen_{};
    std::optional<TimePoint> looked_{};
    trust::ExpiryWatch expiry_{};
};

}  // namespace branchline
