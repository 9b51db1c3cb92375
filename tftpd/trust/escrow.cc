#include "tftpd/trust/escrow.h"

#include "tftpd/trust/pem.h"

#include <mbedtls/asn1write.h>
#include <mbedtls/cipher.h>
#include <mbedtls/md.h>
#include <mbedtls/oid.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/platform_util.h>

#include <sys/random.h>

#include <array>
#include <functional>

namespace branchline::trust {
namespace {

constexpr std::size_t aes_block = 16;
constexpr std::size_t aes_key = 32;
constexpr unsigned char constructed = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;

using Salt = std::array<std::uint8_t, 16>;

void wipe(Bytes& secret) {
    mbedtls_platform_zeroize(secret.data(), secret.size());
}

/// Writes DER from its end to its beginning, as mbedTLS does; empty once anything went wrong.
class DerWriter {
public:
    explicit DerWriter(std::size_t room) : buffer_(room), at_(buffer_.data() + buffer_.size()) {}

    /// A SEQUENCE of what `content` writes, last member first.
    void sequence(const std::function<void()>& content) {
        const auto end = written_;
        content();
        step([&] { return mbedtls_asn1_write_len(&at_, buffer_.data(), written_ - end); });
        step([&] { return mbedtls_asn1_write_tag(&at_, buffer_.data(), constructed); });
    }
    void octets(ByteView bytes) {
        step([&] { return mbedtls_asn1_write_octet_string(&at_, buffer_.data(), bytes.data(), bytes.size()); });
    }
    void number(int value) {
        step([&] { return mbedtls_asn1_write_int(&at_, buffer_.data(), value); });
    }
    void null() {
        step([&] { return mbedtls_asn1_write_null(&at_, buffer_.data()); });
    }
    void oid(std::string_view oid) {
        step([&] { return mbedtls_asn1_write_oid(&at_, buffer_.data(), oid.data(), oid.size()); });
    }
    Bytes take() {
        Bytes der(failed_ ? buffer_.data() + buffer_.size() : at_, buffer_.data() + buffer_.size());
        wipe(buffer_);
        return der;
    }

private:
    void step(const std::function<int()>& write) {
        const int size = failed_ ? -1 : write();
        failed_ = size < 0;
        written_ += failed_ ? 0 : static_cast<std::size_t>(size);
    }

    Bytes buffer_;
    unsigned char* at_;
    std::size_t written_ = 0;
    bool failed_ = false;
};

constexpr std::size_t der_room = 16u << 10;  // more than a key of RSA 4096 needs

template <std::size_t size>
constexpr std::string_view oid(const char (&text)[size]) {
    return {text, size - 1};
}

// PrivateKeyInfo ::= { 0, { rsaEncryption, NULL }, OCTET STRING RSAPrivateKey }
Bytes private_key_info(const SigningKey& key) {
    auto pem = key.pem();
    auto plain = der_of_pem(pem, rsa_key_lines);
    mbedtls_platform_zeroize(pem.data(), pem.size());
    if (!plain) {
        return {};
    }
    DerWriter writer(der_room);
    writer.sequence([&] {
        writer.octets(*plain);
        writer.sequence([&] {
            writer.null();
            writer.oid(oid(MBEDTLS_OID_PKCS1_RSA));
        });
        writer.number(0);
    });
    wipe(*plain);
    return writer.take();
}

// AES-256-CBC with PKCS#7 padding; empty if it failed.
Bytes encrypted(ByteView plain, const Salt& salt, ByteView iv, std::string_view passphrase, unsigned rounds) {
    std::array<std::uint8_t, aes_key> key{};
    if (mbedtls_pkcs5_pbkdf2_hmac_ext(MBEDTLS_MD_SHA256, reinterpret_cast<const unsigned char*>(passphrase.data()),
                                      passphrase.size(), salt.data(), salt.size(), rounds, key.size(), key.data()) != 0) {
        return {};
    }
    mbedtls_cipher_context_t cipher;
    mbedtls_cipher_init(&cipher);
    Bytes result(plain.size() + aes_block);
    std::size_t size = 0;
    const bool good =
        mbedtls_cipher_setup(&cipher, mbedtls_cipher_info_from_type(MBEDTLS_CIPHER_AES_256_CBC)) == 0 &&
        mbedtls_cipher_setkey(&cipher, key.data(), 8 * aes_key, MBEDTLS_ENCRYPT) == 0 &&
        mbedtls_cipher_set_padding_mode(&cipher, MBEDTLS_PADDING_PKCS7) == 0 &&
        mbedtls_cipher_crypt(&cipher, iv.data(), iv.size(), plain.data(), plain.size(), result.data(), &size) == 0;
    mbedtls_cipher_free(&cipher);
    mbedtls_platform_zeroize(key.data(), key.size());
    result.resize(good ? size : 0);
    return result;
}

Result<bool> check_passphrase(std::string_view passphrase) {
    if (passphrase.size() < least_passphrase || passphrase.size() > longest_passphrase) {
        return Failure{"the passphrase has " + std::to_string(passphrase.size()) + " characters; it must have " +
                       std::to_string(least_passphrase) + " to " + std::to_string(longest_passphrase)};
    }
    return true;
}

}  // namespace

Result<std::string> escrow_of(const SigningKey& key, const Certificate& certificate, std::string_view passphrase,
                              unsigned rounds) {
    if (const auto good = check_passphrase(passphrase); !good) {
        return good.error();
    }
    Salt salt{};
    std::array<std::uint8_t, aes_block> iv{};
    if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size()) ||
        ::getrandom(iv.data(), iv.size(), 0) != static_cast<ssize_t>(iv.size())) {
        return Failure{"no random numbers to encrypt the key with"};
    }
    auto info = private_key_info(key);
    const auto secret = info.empty() ? Bytes() : encrypted(info, salt, iv, passphrase, rounds);
    wipe(info);
    DerWriter writer(der_room);
    writer.sequence([&] {
        writer.octets(secret);
        writer.sequence([&] {
            writer.sequence([&] {
                writer.sequence([&] {
                    writer.octets(iv);
                    writer.oid(oid(MBEDTLS_OID_AES_256_CBC));
                });
                writer.sequence([&] {
                    writer.sequence([&] {
                        writer.sequence([&] {
                            writer.null();
                            writer.oid(oid(MBEDTLS_OID_HMAC_SHA256));
                        });
                        writer.number(static_cast<int>(rounds));
                        writer.octets(salt);
                    });
                    writer.oid(oid(MBEDTLS_OID_PKCS5_PBKDF2));
                });
            });
            writer.oid(oid(MBEDTLS_OID_PKCS5_PBES2));
        });
    });
    const auto der = writer.take();
    const auto pem = secret.empty() || der.empty() ? std::string() : pem_of(der, encrypted_key_lines);
    if (pem.empty()) {
        return Failure{"the key could not be encrypted"};
    }
    return certificate.pem() + pem;
}

Result<Escrow> open_escrow(std::string_view copy, std::string_view passphrase) {
    if (const auto good = check_passphrase(passphrase); !good) {
        return good.error();
    }
    const auto& [key_begin, key_end] = encrypted_key_lines;
    const auto begin = copy.find(key_begin);
    const auto end = copy.find(key_end, begin);
    if (copy.size() > max_escrow || begin == std::string_view::npos || end == std::string_view::npos) {
        return Failure{"this is no copy of a signing key: it has no ENCRYPTED PRIVATE KEY"};
    }
    auto certificates = Certificate::parse_file(as_bytes(copy));
    if (!certificates) {
        return Failure{"the copy's certificate cannot be read: " + certificates.error().text};
    }
    auto key = SigningKey::parse_pem(copy.substr(begin, end + key_end.size() - begin), passphrase);
    if (!key) {
        return Failure{key.error().text + "; is it the right passphrase?"};
    }
    if (certificates->front().key.bytes() != key->public_key().bytes()) {
        return Failure{"the copy's certificate is not one of its key"};
    }
    return Escrow{*std::move(key), std::move(certificates->front())};
}

}  // namespace branchline::trust
