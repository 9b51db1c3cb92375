// With what this machine shows who it is to those who connect by TLS: one certificate or two, an EC and an RSA one, each with
// its key and the chain that is sent with it. Either the operator's own files ("trust"."https"), or DIRECTORY/https.key and
// https.pem, which are made when they are missing: different on each box, never overwritten.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/tls/private_key.h"
#include "tftpd/trust/certificate.h"
#include "tftpd/trust/expiry_watch.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace branchline::tls {

struct Credential {
    std::vector<trust::Certificate> chain;  ///< at least one; the first is the machine's
    std::shared_ptr<PrivateKey> key;
    std::filesystem::path file;  ///< where the certificate was read

    [[nodiscard]] const trust::Certificate& certificate() const { return chain.front(); }
};

using Identity = std::vector<Credential>;
using IdentityPtr = std::shared_ptr<const Identity>;

struct IdentityWish {
    std::vector<KeyFiles> files;      ///< empty: what is in `directory`
    std::filesystem::path directory;  ///< a key of our own, mode 0600 in a directory of mode 0700
    std::string host_name;            ///< for a certificate that has to be made
    trust::WallTime now;
};

inline constexpr std::size_t max_chain = 8;  ///< certificates

/// Reads, or makes, all that is wanted. A Failure says which file and what to do.
Result<IdentityPtr> open_identity(const IdentityWish& wish);

bool same_certificates(const Identity& left, const Identity& right);

/// Those of `identity`, which may be null, for telling when they end.
std::vector<trust::ExpiryWatch::Own> own_certificates(const IdentityPtr& identity);

/// The wish of this machine's configuration.
IdentityWish identity_wish(const TrustSettings& settings);

}  // namespace branchline::tls
