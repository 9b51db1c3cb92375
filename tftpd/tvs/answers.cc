#include "tftpd/tvs/answers.h"

#include "tftpd/trust/signed_file.h"

#include <algorithm>

namespace branchline::tvs {
namespace {

using trust::Role;
using trust::Store;

std::vector<Role> roles_of(Store store) {
    switch (store) {
        case Store::callmanager:
        case Store::phone_sast:
            return {Role::sast, Role::tftp};
        case Store::capf:
            return {Role::capf};
        case Store::tvs:
            return {Role::tvs};
        case Store::phone_edge:
            return {Role::app_server};
    }
    return {};
}

/// What has been found so far.
class Findings {
public:
    explicit Findings(const Query& query) : wanted_{.subject = query.subject, .issuer = query.issuer, .serial = query.serial} {}

    void look_at(const trust::Certificate& certificate, const std::vector<Role>& roles) {
        if (!trust::names(wanted_, certificate.serial, certificate.issuer) ||
            (known_ && known_->certificate != certificate.der)) {
            return;
        }
        if (!known_) {
            known_ = Known{.certificate = certificate.der, .roles = {}, .lifetime = answer_lifetime};
        }
        for (const auto role : roles) {
            const auto number = static_cast<std::uint8_t>(role);
            if (std::find(known_->roles.begin(), known_->roles.end(), number) == known_->roles.end()) {
                known_->roles.push_back(number);
            }
        }
    }
    std::optional<Known> result() && { return std::move(known_); }

private:
    const trust::SignerId wanted_;
    std::optional<Known> known_;
};

}  // namespace

std::optional<Known> look_up(const Query& query, const trust::StoredCertificates& stored, const std::vector<Own>& own) {
    Findings findings(query);
    for (const auto store : trust::all_stores) {
        for (const auto& one : stored.in(store)) {
            findings.look_at(one.certificate, roles_of(store));
        }
    }
    for (const auto& one : own) {
        findings.look_at(one.certificate, one.roles);
    }
    return std::move(findings).result();
}

}  // namespace branchline::tvs
