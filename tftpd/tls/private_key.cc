#include "tftpd/tls/private_key.h"

#include "tftpd/trust/error_text.h"

#include <mbedtls/ecp.h>
#include <mbedtls/platform_util.h>

#include <array>

namespace branchline::tls {
namespace {

Failure failed(const std::string& what, int error) {
    return Failure{what + ": " + trust::error_text(error)};
}

}  // namespace

PrivateKey::PrivateKey() {
    mbedtls_pk_init(&key_);
}

PrivateKey::~PrivateKey() {
    mbedtls_pk_free(&key_);
}

Result<std::shared_ptr<PrivateKey>> PrivateKey::generate() {
    std::shared_ptr<PrivateKey> made(new PrivateKey);
    if (!made->random_.seeded()) {
        return Failure{"no random numbers for a new key"};
    }
    int error = mbedtls_pk_setup(&made->key_, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    error = error != 0 ? error
                       : mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP384R1, mbedtls_pk_ec(made->key_), mbedtls_ctr_drbg_random,
                                             made->random_.get());
    return error == 0 ? Result(std::move(made)) : failed("no key could be made", error);
}

Result<std::shared_ptr<PrivateKey>> PrivateKey::parse_pem(std::string_view pem) {
    std::shared_ptr<PrivateKey> read(new PrivateKey);
    std::string text(pem);
    const auto error = mbedtls_pk_parse_key(&read->key_, reinterpret_cast<const unsigned char*>(text.c_str()), text.size() + 1,
                                            nullptr, 0, mbedtls_ctr_drbg_random, read->random_.get());
    mbedtls_platform_zeroize(text.data(), text.size());
    if (error == MBEDTLS_ERR_PK_PASSWORD_REQUIRED) {
        return Failure{
            "the key is encrypted, and nobody is there to type the password when the service starts: write it "
            "without one (openssl pkey -in FILE -out KEY), mode 0600"};
    }
    if (error != 0) {
        return failed("the key cannot be read", error);
    }
    const auto known = read->public_key();
    if (!known) {
        return Failure{"the key is of a kind that phones do not know; it must be RSA, or EC on P-256, P-384 or P-521"};
    }
    if (known->kind() == trust::PublicKey::Kind::rsa && known->bits() < smallest_rsa) {
        return Failure{"the key is " + known->text() + "; TLS needs at least RSA " + std::to_string(smallest_rsa)};
    }
    return read;
}

std::string PrivateKey::pem() const {
    std::string text(max_pem, '\0');
    if (mbedtls_pk_write_key_pem(&key_, reinterpret_cast<unsigned char*>(text.data()), text.size()) != 0) {
        return {};
    }
    text.resize(text.find('\0'));
    return text;
}

Result<trust::PublicKey> PrivateKey::public_key() const {
    std::array<std::uint8_t, trust::PublicKey::max_size> buffer{};
    auto* end = buffer.data() + buffer.size();
    const auto size = mbedtls_pk_write_pubkey(&end, buffer.data(), &key_);
    return trust::PublicKey::parse(ByteView(end, size < 0 ? 0 : static_cast<std::size_t>(size)));
}

Result<Bytes> PrivateKey::self_signed(const trust::SelfSigned& wish) {
    return trust::self_signed(key_, random_, wish);
}

}  // namespace branchline::tls
