#include "tftpd/trust/signing_key.h"

#include "tftpd/trust/digest_type.h"
#include "tftpd/trust/error_text.h"
#include "tftpd/trust/random.h"
#include "tftpd/trust/self_signed.h"
#include "tftpd/trust/signer.h"

#include <mbedtls/pk.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/rsa.h>

#include <array>

namespace branchline::trust {
namespace {

constexpr int exponent = 65537;

Failure failed(const std::string& what, int error) {
    return Failure{what + ": " + error_text(error)};
}

}  // namespace

struct SigningKey::Impl {
    Impl() { mbedtls_pk_init(&key); }
    ~Impl() { mbedtls_pk_free(&key); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    mbedtls_pk_context key{};
    Random random;
};

SigningKey::SigningKey(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SigningKey::~SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;

Result<SigningKey> SigningKey::generate(unsigned bits) {
    if (const auto good = check_signing_bits(bits); !good) {
        return good.error();
    }
    auto impl = std::make_unique<Impl>();
    if (!impl->random.seeded()) {
        return Failure{"no random numbers for a new key"};
    }
    int error = mbedtls_pk_setup(&impl->key, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA));
    error = error != 0
                ? error
                : mbedtls_rsa_gen_key(mbedtls_pk_rsa(impl->key), mbedtls_ctr_drbg_random, impl->random.get(), bits, exponent);
    if (error != 0) {
        return failed("no key could be made", error);
    }
    return SigningKey(std::move(impl));
}

Result<SigningKey> SigningKey::parse_pem(std::string_view pem, std::string_view passphrase) {
    if (pem.size() > max_pem) {
        return Failure{"a key's file of " + std::to_string(pem.size()) + " bytes; at most " + std::to_string(max_pem) +
                       " are read"};
    }
    auto impl = std::make_unique<Impl>();
    std::string text(pem);
    const auto error = mbedtls_pk_parse_key(&impl->key, reinterpret_cast<const unsigned char*>(text.c_str()), text.size() + 1,
                                            reinterpret_cast<const unsigned char*>(passphrase.data()), passphrase.size(),
                                            mbedtls_ctr_drbg_random, impl->random.get());
    mbedtls_platform_zeroize(text.data(), text.size());
    if (error != 0) {
        return failed("the key cannot be read", error);
    }
    if (mbedtls_pk_can_do(&impl->key, MBEDTLS_PK_RSA) == 0) {
        return Failure{"the key is not an RSA key; phones take no other signatures"};
    }
    if (const auto good = check_signing_bits(static_cast<unsigned>(mbedtls_pk_get_bitlen(&impl->key))); !good) {
        return good.error();
    }
    return SigningKey(std::move(impl));
}

std::string SigningKey::pem() const {
    std::string text(max_pem, '\0');
    if (mbedtls_pk_write_key_pem(&impl_->key, reinterpret_cast<unsigned char*>(text.data()), text.size()) != 0) {
        return {};
    }
    text.resize(text.find('\0'));
    return text;
}

PublicKey SigningKey::public_key() const {
    std::array<std::uint8_t, PublicKey::max_size> buffer{};
    auto* end = buffer.data() + buffer.size();
    const auto size = mbedtls_pk_write_pubkey(&end, buffer.data(), &impl_->key);
    return *PublicKey::parse(ByteView(end, size < 0 ? 0 : static_cast<std::size_t>(size)));
}

Result<Bytes> SigningKey::sign(Digest digest, ByteView hash) const {
    Bytes signature(mbedtls_pk_get_len(&impl_->key));
    std::size_t size = 0;
    const auto error = mbedtls_pk_sign(&impl_->key, mbedtls_type(digest), hash.data(), hash.size(), signature.data(),
                                       signature.size(), &size, mbedtls_ctr_drbg_random, impl_->random.get());
    if (error != 0 || size != signature.size()) {
        return failed("not signed", error);
    }
    return signature;
}

Result<Bytes> SigningKey::self_signed(const std::string& subject, WallTime not_before, WallTime not_after) const {
    return trust::self_signed(impl_->key, impl_->random,
                              {.subject = subject, .not_before = not_before, .not_after = not_after});
}

}  // namespace branchline::trust
