#include "tftpd/tls/identity.h"

#include "tftpd/trust/key_files.h"
#include "tftpd/trust/self_signed.h"
#include "tftpd/trust/wall_clock.h"
#include "tftpd/base/host_name.h"

#include <mbedtls/platform_util.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace branchline::tls {
namespace {

using trust::file_failure;

using KeyPtr = std::shared_ptr<PrivateKey>;

constexpr mode_t everybody = 0007;
// A tunnel to the console ends here.
constexpr std::array<std::uint8_t, 4> loopback4{127, 0, 0, 1};
constexpr std::array<std::uint8_t, 16> loopback6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

// Operators' files may be links, as certificate clients leave them.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit) {
    std::error_code error;
    const auto real = std::filesystem::canonical(path, error);
    return error ? file_failure(path, error.message()) : trust::read_needed_file(real, limit);
}

Result<KeyPtr> read_key(const std::filesystem::path& path) {
    auto bytes = read_file(path, PrivateKey::max_pem);
    if (!bytes) {
        return bytes.error();
    }
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & everybody) != 0) {
        return file_failure(path,
                            "everybody on this machine may read or write the key; run \"chmod o= \" on it, and make a new one "
                            "if anybody did");
    }
    auto key = PrivateKey::parse_pem(as_text(*bytes));
    mbedtls_platform_zeroize(bytes->data(), bytes->size());
    return key ? std::move(key) : Result<KeyPtr>(file_failure(path, key.error().text));
}

Result<Credential> read_credential(const KeyFiles& files) {
    auto key = read_key(files.key);
    if (!key) {
        return key.error();
    }
    const auto bytes = read_file(files.certificate, trust::Certificate::max_bundle);
    if (!bytes) {
        return bytes.error();
    }
    auto chain = trust::Certificate::parse_file(*bytes);
    if (!chain) {
        return file_failure(files.certificate, chain.error().text);
    }
    if (chain->size() > max_chain) {
        return file_failure(files.certificate, "it has " + std::to_string(chain->size()) + " certificates; a chain may have " +
                                                   std::to_string(max_chain) + ", the machine's own first");
    }
    const auto own = (*key)->public_key();
    if (!own || chain->front().key.bytes() != own->bytes()) {
        return file_failure(files.certificate, "the first certificate is not one of the key " + files.key.string() +
                                                   "; name the two that belong together, or put the machine's own first");
    }
    return Credential{.chain = *std::move(chain), .key = *std::move(key), .file = files.certificate};
}

Result<bool> make_key(const std::filesystem::path& path) {
    const auto key = PrivateKey::generate();
    if (!key) {
        return key.error();
    }
    auto pem = (*key)->pem();
    auto written = trust::write_private_file(path, pem);
    mbedtls_platform_zeroize(pem.data(), pem.size());
    return written;
}

Result<bool> make_certificate(const KeyFiles& files, const IdentityWish& wish) {
    const auto key = read_key(files.key);
    if (!key) {
        return key.error();
    }
    const auto [from, to] = trust::own_validity(wish.now);
    trust::SelfSigned made{.subject = trust::own_subject(wish.host_name), .not_before = from, .not_after = to};
    made.host_names = {"localhost"};
    if (!wish.host_name.empty()) {
        made.host_names.insert(made.host_names.begin(), wish.host_name);
    }
    made.addresses = {Bytes(loopback4.begin(), loopback4.end()), Bytes(loopback6.begin(), loopback6.end())};
    const auto der = (*key)->self_signed(made);
    if (!der) {
        return der.error();
    }
    const auto certificate = trust::Certificate::parse_der(*der);
    return certificate ? trust::write_private_file(files.certificate, certificate->pem()) : certificate.error();
}

// Only what is missing is made; a certificate without its key is somebody's mistake.
Result<KeyFiles> own_files(const IdentityWish& wish) {
    const KeyFiles files{.certificate = wish.directory / "https.pem", .key = wish.directory / "https.key"};
    if (const auto made = trust::make_private_directory(wish.directory); !made) {
        return made.error();
    }
    std::error_code error;
    const bool has_key = std::filesystem::exists(files.key, error);
    const bool has_certificate = std::filesystem::exists(files.certificate, error);
    if (has_certificate && !has_key) {
        return file_failure(files.certificate,
                            "the https.key that it belongs to is missing beside it; put it back, or remove "
                            "the certificate to have both made anew");
    }
    if (!has_key) {
        if (const auto made = make_key(files.key); !made) {
            return made.error();
        }
    }
    if (!has_certificate) {
        if (const auto made = make_certificate(files, wish); !made) {
            return made.error();
        }
    }
    return files;
}

}  // namespace

Result<IdentityPtr> open_identity(const IdentityWish& wish) {
    auto wanted = wish.files;
    if (wanted.empty()) {
        auto own = own_files(wish);
        if (!own) {
            return own.error();
        }
        wanted.push_back(*std::move(own));
    }
    Identity identity;
    for (const auto& files : wanted) {
        auto credential = read_credential(files);
        if (!credential) {
            return credential.error();
        }
        for (const auto& other : identity) {
            if (other.certificate().key.kind() == credential->certificate().key.kind()) {
                return file_failure(files.certificate,
                                    "it has a key of the same kind as the one before; two certificates are one with an EC key "
                                    "and one with an RSA key, so that everybody finds one that it knows");
            }
        }
        identity.push_back(*std::move(credential));
    }
    return std::make_shared<const Identity>(std::move(identity));
}

bool same_certificates(const Identity& left, const Identity& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const Credential& one, const Credential& other) {
        return one.certificate().der == other.certificate().der;
    });
}

std::vector<trust::ExpiryWatch::Own> own_certificates(const IdentityPtr& identity) {
    std::vector<trust::ExpiryWatch::Own> own;
    for (const auto& one : identity ? *identity : Identity()) {
        own.push_back({.purpose = "https", .certificate = one.certificate()});
    }
    return own;
}

IdentityWish identity_wish(const TrustSettings& settings) {
    IdentityWish wish{.files = settings.https, .directory = settings.path / "https", .host_name = {}, .now = {}};
    wish.host_name = host_name();
    wish.now = trust::wall_now();
    return wish;
}

}  // namespace branchline::tls
