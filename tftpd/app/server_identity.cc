#include "tftpd/app/server_identity.h"

#include "tftpd/config/config_error.h"
#include "tftpd/log/log.h"

#include "app_messages.h"

namespace branchline {
namespace {

constexpr std::size_t shown_digits = 16;  // of a fingerprint

Result<tls::ServerContextPtr> open(const TrustSettings& settings) {
    const auto identity = tls::open_identity(tls::identity_wish(settings));
    return identity ? tls::ServerContext::make(*identity) : identity.error();
}

}  // namespace

tls::ServerContextPtr open_server_identity(const Config& config) {
    if (config.trust.path.empty()) {
        return nullptr;
    }
    auto opened = open(config.trust);
    if (opened) {
        return *std::move(opened);
    }
    if (!config.https_ports.empty() || config.tvs_port != 0 || !config.trust.https.empty()) {
        throw ConfigError(Position{}, "HTTPS has no certificate: " + opened.error().text + ".");
    }
    LOG_WARN(app_logger, APP_NO_HTTPS_IDENTITY).arg(opened.error().text);
    return nullptr;
}

void log_identity(const tls::ServerContext& context) {
    for (const auto& one : *context.identity()) {
        const auto& certificate = one.certificate();
        LOG_INFO(app_logger, APP_HTTPS_IDENTITY)
            .arg(one.file.string())
            .arg(escaped(certificate.subject))
            .arg(certificate.key.text())
            .arg(trust::time_text(certificate.not_after))
            .arg(certificate.fingerprint().substr(0, shown_digits));
    }
}

}  // namespace branchline
