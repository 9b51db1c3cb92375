#include "tftpd/app/server_identity.h"

#include "tftpd/config/config_error.h"
#include "tftpd/config/json_text.h"
#include "tftpd/log/log.h"

#include "app_messages.h"

namespace branchline {
namespace {

constexpr std::size_t shown_digits = 16;  // of a fingerprint

Result<tls::ServerContextPtr> open(const TrustSettings& settings) {
    const auto identity = tls::open_identity(tls::identity_wish(settings));
    return identity ? tls::ServerContext::make(*identity) : identity.error();
}

std::string no_certificate(const Failure& why) {
    return "HTTPS has no certificate: " + why.text + ".";
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
        throw ConfigError(Position{}, no_certificate(opened.error()));
    }
    LOG_WARN(app_logger, APP_NO_HTTPS_IDENTITY).arg(opened.error().text);
    return nullptr;
}

void check_server_identity(const Config& config, const isc::data::ConstElementPtr& document) {
    if (config.trust.https.empty()) {
        return;
    }
    const auto entries = document->get("Tftpd")->get("trust")->get("https");
    const auto check = [](const TrustSettings& settings, const isc::data::Element& named_by) {
        if (const auto opened = open(settings); !opened) {
            throw ConfigError(position_of(named_by), no_certificate(opened.error()));
        }
    };
    for (std::size_t at = 0; at < config.trust.https.size(); ++at) {
        auto alone = config.trust;
        alone.https = {config.trust.https[at]};
        check(alone, *entries->get(static_cast<int>(at)));
    }
    check(config.trust, *entries);
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
