// A private RSA key in this process's memory: made, read, written, used. Only the signing process holds one (key_process.h).
#pragma once

#include "tftpd/base/result.h"
#include "tftpd/trust/certificate.h"
#include "tftpd/trust/digest.h"

#include <memory>
#include <string>
#include <string_view>

namespace branchline::trust {

class SigningKey {
public:
    static constexpr std::size_t max_pem = 16u << 10;  ///< bytes of a key's file

    /// `bits`: 1024, 2048 or 4096. Takes a second or two; the kernel's random numbers are waited for at first start.
    static Result<SigningKey> generate(unsigned bits);
    /// An RSA key, PKCS#1 or PKCS#8, of a size that can sign for phones; encrypted by `passphrase`, or not if that is empty.
    static Result<SigningKey> parse_pem(std::string_view pem, std::string_view passphrase = {});

    ~SigningKey();
    SigningKey(SigningKey&&) noexcept;
    SigningKey& operator=(SigningKey&&) noexcept;

    [[nodiscard]] std::string pem() const;
    [[nodiscard]] PublicKey public_key() const;
    [[nodiscard]] Result<Bytes> sign(Digest digest, ByteView hash) const;

    /// A certificate of this key for itself, as CUCM makes CallManager.pem; DER. `subject` is a name such as
    /// "CN=branch-07,OU=Phones,O=Example". Its serial number is random.
    [[nodiscard]] Result<Bytes> self_signed(const std::string& subject, WallTime not_before, WallTime not_after) const;

private:
    struct Impl;
    explicit SigningKey(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline::trust
