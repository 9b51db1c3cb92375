#include "tftpd/trust/list_entries.h"

#include <algorithm>

namespace branchline::trust {
namespace {

bool is_ec(const Certificate& one) {
    return one.key.kind() == PublicKey::Kind::ec;
}

class Entries {
public:
    explicit Entries(const ListSources& from) : from_(from) {}

    /// Each certificate has a role once.
    void add(Role role, const Certificate& certificate, const std::string& host,
             const std::optional<std::array<std::uint8_t, 4>>& address = {}) {
        const bool there = std::any_of(entries_.begin(), entries_.end(), [&](const ListEntry& one) {
            return one.role == role && one.certificate.der == certificate.der;
        });
        if (!there) {
            entries_.push_back({.role = role, .certificate = certificate, .host = host, .address = address});
        }
    }
    void add_ours(Role role, const Certificate& certificate) { add(role, certificate, from_.host, from_.address); }
    /// Those of a store that are this site's, by what `add_one` makes of them.
    template <typename AddOne>
    void each(Store store, AddOne add_one) {
        for (const auto& one : from_.stored.in(store)) {
            if (one.cluster.empty()) {
                add_one(one.certificate);
            }
        }
    }
    /// As TVS: phones get the EC certificate, if there is one.
    void add_our_tvs() {
        const bool has_ec = std::any_of(from_.tvs.begin(), from_.tvs.end(), is_ec);
        for (const auto& one : from_.tvs) {
            if (!has_ec || is_ec(one)) {
                add_ours(Role::tvs, one);
            }
        }
    }
    std::vector<ListEntry> take() { return std::move(entries_); }

private:
    const ListSources& from_;
    std::vector<ListEntry> entries_;
};

// The certificate of who signed the list.
std::optional<Certificate> signer_of(const TrustList& list) {
    const auto record = list.signer();
    auto certificate = record ? Certificate::parse_der(list.records[*record].certificate) : Result<Certificate>(record.error());
    return certificate ? std::optional(*std::move(certificate)) : std::nullopt;
}

}  // namespace

std::vector<ListEntry> list_entries(const ListSources& from) {
    Entries entries(from);
    const auto files = from.mixed ? Role::ccm_tftp : Role::tftp;
    entries.add_ours(Role::sast, from.signer);
    entries.each(Store::phone_sast, [&](const Certificate& one) { entries.add(Role::sast, one, ""); });
    if (const auto former = from.in_force != nullptr ? signer_of(*from.in_force) : std::nullopt) {
        entries.add(Role::sast, *former, "");
    }
    entries.add_ours(files, from.signer);
    entries.each(Store::phone_sast, [&](const Certificate& one) { entries.add(files, one, from.host); });
    for (const auto& one : from.https) {
        if (is_ec(one)) {
            entries.add_ours(Role::tftp, one);
        }
    }
    entries.each(Store::capf, [&](const Certificate& one) { entries.add(Role::capf, one, one.common_name); });
    if (from.kind == ListKind::itl) {
        entries.add_our_tvs();
        entries.each(Store::tvs, [&](const Certificate& one) { entries.add(Role::tvs, one, one.common_name); });
    }
    return entries.take();
}

}  // namespace branchline::trust
