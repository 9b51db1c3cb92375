// Keys, certificates and files that the tests sign themselves. A key takes a second to make: there is one of each kind.
#pragma once

#include "tftpd/trust/signer.h"
#include "tftpd/trust/signing_key.h"
#include "tftpd/trust/trust_list.h"

#include <string>
#include <vector>

namespace branchline::trust::samples {

using namespace std::chrono_literals;

inline constexpr WallTime noon = std::chrono::sys_days{std::chrono::year{2026} / 5 / 17} + 12h;

/// A key with a certificate of its own, in this process.
class LocalSigner final : public Signer {
public:
    LocalSigner(unsigned bits, const std::string& subject)
        : key_(*SigningKey::generate(bits)),
          certificate_(*Certificate::parse_der(*key_.self_signed(subject, noon, noon + std::chrono::years{5}))) {}

    [[nodiscard]] const Certificate& certificate() const override { return certificate_; }
    [[nodiscard]] Result<Bytes> sign(Digest digest, ByteView hash) const override { return key_.sign(digest, hash); }
    [[nodiscard]] const SigningKey& key() const { return key_; }

private:
    SigningKey key_;
    Certificate certificate_;
};

const LocalSigner& alice();     ///< RSA 1024, CN=alice;OU=Lab;O=Example;L=Krakow;ST=Malopolska;C=PL
const LocalSigner& bob();       ///< RSA 1024
const LocalSigner& grown_up();  ///< RSA 2048

Bytes bytes(std::string_view text);

/// For CHECK, which takes a bool and nothing that turns into one when asked.
template <typename T>
bool ok(const T& result) {
    return static_cast<bool>(result);
}

/// A small configuration signed by `signer`.
Bytes signed_sample(const Signer& signer, Digest digest = Digest::sha1, const std::string& name = "SEP001122334455.cnf.xml.sgn",
                    std::string_view body = "<device/>");

/// The record of one certificate, in the order of Cisco's lists.
Bytes record(const Certificate& certificate, Role role, const std::string& host);

/// A list of two records of `signer`, SAST and CCM+TFTP, and one of `other`.
Bytes list_sample(const Signer& signer, const Signer& other);

}  // namespace branchline::trust::samples
