#include "image/appliance/sealed.h"

#include <mbedtls/gcm.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/platform_util.h>
#include <sys/random.h>

#include <array>
#include <cstdint>

namespace branchline {
namespace {

constexpr std::string_view magic = "BRANCHLINE-BACKUP-1\n";
constexpr std::size_t salt_size = 16;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::size_t header_size = magic.size() + salt_size + nonce_size;
constexpr unsigned rounds = 200'000;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

struct Cipher {
    mbedtls_gcm_context context{};
    Cipher() { mbedtls_gcm_init(&context); }
    ~Cipher() { mbedtls_gcm_free(&context); }
    Cipher(const Cipher&) = delete;
    Cipher& operator=(const Cipher&) = delete;

    bool set_key(std::string_view passphrase, std::string_view salt) {
        std::array<unsigned char, 32> key{};
        const bool done = mbedtls_pkcs5_pbkdf2_hmac_ext(MBEDTLS_MD_SHA512, bytes(passphrase), passphrase.size(), bytes(salt),
                                                        salt.size(), rounds, key.size(), key.data()) == 0 &&
                          mbedtls_gcm_setkey(&context, MBEDTLS_CIPHER_ID_AES, key.data(), key.size() * 8) == 0;
        mbedtls_platform_zeroize(key.data(), key.size());
        return done;
    }
};

}  // namespace

Result<std::string> seal(std::string_view content, std::string_view passphrase) {
    if (passphrase.size() < minimum_passphrase) {
        return Failure{"the passphrase is too short; take one of at least " + std::to_string(minimum_passphrase) +
                       " characters, since the backup holds the box's keys."};
    }
    if (content.size() > maximum_sealed) {
        return Failure{"the backup would be larger than " + std::to_string(maximum_sealed >> 20) + " MiB."};
    }
    std::string sealed(header_size + content.size() + tag_size, '\0');
    magic.copy(sealed.data(), magic.size());
    if (::getrandom(sealed.data() + magic.size(), salt_size + nonce_size, 0) != salt_size + nonce_size) {
        return Failure{"the kernel gave no random numbers."};
    }
    const std::string_view header = std::string_view(sealed).substr(0, header_size);
    Cipher cipher;
    if (!cipher.set_key(passphrase, header.substr(magic.size(), salt_size)) ||
        mbedtls_gcm_crypt_and_tag(&cipher.context, MBEDTLS_GCM_ENCRYPT, content.size(),
                                  bytes(header.substr(magic.size() + salt_size)), nonce_size, bytes(header), header_size,
                                  bytes(content), bytes(sealed) + header_size, tag_size,
                                  bytes(sealed) + header_size + content.size()) != 0) {
        return Failure{"the backup could not be encrypted."};
    }
    return sealed;
}

Result<std::string> unseal(std::string_view sealed, std::string_view passphrase) {
    if (!sealed.starts_with(magic) || sealed.size() < header_size + tag_size) {
        return Failure{"this is no backup of a Branchline appliance."};
    }
    if (sealed.size() > header_size + maximum_sealed + tag_size) {
        return Failure{"this is larger than a backup can be."};
    }
    const std::string_view header = sealed.substr(0, header_size);
    const std::string_view content = sealed.substr(header_size, sealed.size() - header_size - tag_size);
    std::string plain(content.size(), '\0');
    Cipher cipher;
    if (!cipher.set_key(passphrase, header.substr(magic.size(), salt_size)) ||
        mbedtls_gcm_auth_decrypt(&cipher.context, content.size(), bytes(header.substr(magic.size() + salt_size)), nonce_size,
                                 bytes(header), header_size, bytes(sealed.substr(sealed.size() - tag_size)), tag_size,
                                 bytes(content), bytes(plain)) != 0) {
        return Failure{"the backup does not open: the passphrase is another one, or the file was changed."};
    }
    return plain;
}

}  // namespace branchline
