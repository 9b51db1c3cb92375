#include "tftpd/resolve/secure_gate.h"

#include "tftpd/base/counters.h"
#include "tftpd/log/log.h"
#include "tftpd/resolve/signed_names.h"
#include "resolve_messages.h"

#include <utility>

namespace branchline {
namespace {

using trust::Doubt;

bool may_be_signed(const FileName& name) {
    return name.key().ends_with(".sgn") || name.key().ends_with(".tlv");
}

std::optional<Doubt> look(const Cluster& cluster, const FileName& name, const Content& content,
                          const trust::StoredCertificates* certificates) {
    const auto size = content.size();
    if (!size || *size > SecureGate::max_file) {
        return Doubt{
            Doubt::Kind::not_signed, "",
            "it is larger than the " + std::to_string(SecureGate::max_file) + " bytes up to which signatures are checked"};
    }
    Bytes bytes(static_cast<std::size_t>(*size));
    if (content.read(0, bytes).state != tftp::BlockRead::State::ok) {
        return Doubt{Doubt::Kind::not_signed, "", "it cannot be read"};
    }
    const auto signers = certificates != nullptr ? certificates->of_cluster(trust::Store::callmanager, cluster.id)
                                                 : std::vector<const trust::StoredCertificate*>();
    return trust::doubt_of(bytes, name.text(), signers);
}

}  // namespace

bool SecureGate::checks(const Cluster& cluster, const FileName& name) {
    return cluster.secure && !is_firmware(name);
}

std::optional<Refusal> SecureGate::refusal(const Cluster& cluster, const FileName& name) {
    if (!checks(cluster, name) || may_be_signed(name)) {
        return std::nullopt;
    }
    return refuse(
        cluster, name,
        {Doubt::Kind::not_signed, "",
         "a file without \".sgn\" carries no signature; phones ask for it with \".sgn\" once they have a trust list"});
}

std::optional<Refusal> SecureGate::refusal(const Cluster& cluster, const FileName& name, const ContentPtr& content) {
    if (!checks(cluster, name)) {
        return std::nullopt;
    }
    if (auto refused = refusal(cluster, name)) {
        return refused;
    }
    const auto certificates = certificates_();
    {
        const std::scoped_lock lock(mutex_);
        const auto* before = genuine_.find(content.get());
        if (before != nullptr && before->content.lock() == content && before->certificates == certificates) {
            return std::nullopt;
        }
    }
    if (const auto doubt = look(cluster, name, *content, certificates.get())) {
        return refuse(cluster, name, *doubt);
    }
    const std::scoped_lock lock(mutex_);
    genuine_.put(content.get(), {content, certificates});
    return std::nullopt;
}

Refusal SecureGate::refuse(const Cluster& cluster, const FileName& name, const Doubt& doubt) {
    counters.add(Counter::secure_refused);
    const auto cause = cluster.id + '/' + std::to_string(static_cast<int>(doubt.kind)) + '/' + doubt.signer;
    const auto now = now_();
    bool news = false;
    {
        const std::scoped_lock lock(mutex_);
        const auto* told = told_.find(cause);
        news = (told == nullptr || now - *told >= cause_remembered) && lines_.take(1, now);
        if (news) {
            told_.put(cause, now);
        }
    }
    if (news) {
        LOG_WARN(upstream_logger, TRUST_CLUSTER_REFUSED).arg(cluster.id).arg(escaped(name.text())).arg(doubt.text);
    }
    return {"cluster " + cluster.id + " is secure: " + doubt.text,
            "Cluster " + cluster.id + " is secure: " + std::string(doubt.phrase())};
}

}  // namespace branchline
