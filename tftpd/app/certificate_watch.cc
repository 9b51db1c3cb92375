#include "tftpd/app/certificate_watch.h"

#include "tftpd/log/log.h"

#include "app_messages.h"

namespace branchline {

void CertificateWatch::log_faults() const {
    for (const auto& fault : stores_.snapshot()->faults) {
        if (!fault.empty()) {
            LOG_ERROR(app_logger, TRUST_STORE_UNREADABLE).arg(fault);
        }
    }
}

std::size_t CertificateWatch::look(const tls::IdentityPtr& identity, TimePoint now, trust::WallTime time) {
    auto stored = stores_.snapshot();
    if (stored == seen_ && looked_ && now - *looked_ < interval) {
        return 0;
    }
    seen_ = std::move(stored);
    looked_ = now;
    const auto news = expiry_.news(*seen_, tls::own_certificates(identity), time);
    for (const auto& ending : news) {
        LOG_WARN(app_logger, TRUST_CERTIFICATE_ENDS)
            .arg(ending.store)
            .arg(ending.cluster.empty() ? "-" : ending.cluster)
            .arg(escaped(ending.name))
            .arg(ending.days)
            .arg(ending.fingerprint);
    }
    return news.size();
}

}  // namespace branchline
