#include "tftpd/trust/key_files.h"

#include "tftpd/base/replace_file.h"
#include "tftpd/trust/self_signed.h"
#include "tftpd/trust/signing_key.h"

#include <mbedtls/platform_util.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace branchline::trust {
namespace {

constexpr mode_t private_mode = 0600;
constexpr mode_t private_directory = 0700;
constexpr mode_t others = 0077;

class LocalSigner final : public Signer {
public:
    LocalSigner(SigningKey key, Certificate certificate) : key_(std::move(key)), certificate_(std::move(certificate)) {}
    [[nodiscard]] const Certificate& certificate() const override { return certificate_; }
    [[nodiscard]] Result<Bytes> sign(Digest digest, ByteView hash) const override { return key_.sign(digest, hash); }

private:
    SigningKey key_;
    Certificate certificate_;
};

Result<SigningKey> open_key(const std::filesystem::path& path, unsigned bits) {
    auto bytes = read_whole_file(path, SigningKey::max_pem);
    if (!bytes) {
        return bytes.error();
    }
    if (*bytes) {
        struct stat status{};
        if (::stat(path.c_str(), &status) == 0 && (status.st_mode & others) != 0) {
            return file_failure(
                path,
                "others than its owner may read or write the key; run \"chmod 600\" on it, and make a new one if "
                "anybody did");
        }
        auto key = SigningKey::parse_pem(as_text(**bytes));
        mbedtls_platform_zeroize((*bytes)->data(), (*bytes)->size());
        return key ? std::move(key) : Result<SigningKey>(file_failure(path, key.error().text));
    }
    auto key = SigningKey::generate(bits);
    if (!key) {
        return key;
    }
    auto pem = key->pem();
    const auto written = write_private_file(path, pem);
    mbedtls_platform_zeroize(pem.data(), pem.size());
    return written ? std::move(key) : Result<SigningKey>(written.error());
}

Result<Certificate> open_certificate(const std::filesystem::path& path, const SigningKey& key, const SignerWish& wish) {
    const auto bytes = read_whole_file(path, Certificate::max_bundle);
    if (!bytes) {
        return bytes.error();
    }
    if (*bytes) {
        auto all = Certificate::parse_file(**bytes);
        if (!all) {
            return file_failure(path, all.error().text);
        }
        if (all->front().key.bytes() != key.public_key().bytes()) {
            return file_failure(path,
                                "the first certificate is not one of signing.key beside it; put the right one there, or remove "
                                "it to have one made");
        }
        return std::move(all->front());
    }
    const auto [from, to] = own_validity(wish.now);
    const auto der = key.self_signed(own_subject(wish.common_name), from, to);
    if (!der) {
        return der.error();
    }
    auto certificate = Certificate::parse_der(*der);
    if (!certificate) {
        return certificate;
    }
    const auto written = write_private_file(path, certificate->pem());
    return written ? std::move(certificate) : Result<Certificate>(written.error());
}

}  // namespace

Failure file_failure(const std::filesystem::path& path, const std::string& what) {
    return Failure{path.string() + ": " + what};
}

Result<std::optional<Bytes>> read_whole_file(const std::filesystem::path& path, std::size_t limit) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return std::optional<Bytes>();
    }
    Bytes bytes(limit + 1);
    std::size_t size = 0;
    ssize_t got = fd < 0 ? -1 : 1;
    while (got > 0 && size < bytes.size()) {
        got = ::read(fd, bytes.data() + size, bytes.size() - size);
        size += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    const int error = errno;
    if (fd >= 0) {
        ::close(fd);
    }
    if (got < 0) {
        return file_failure(path, std::strerror(error));
    }
    if (size > limit) {
        return file_failure(path, "it is larger than " + std::to_string(limit) + " bytes");
    }
    bytes.resize(size);
    return std::optional(std::move(bytes));
}

Result<Bytes> read_needed_file(const std::filesystem::path& path, std::size_t limit) {
    auto bytes = read_whole_file(path, limit);
    if (!bytes) {
        return bytes.error();
    }
    return *bytes ? Result<Bytes>(**std::move(bytes)) : file_failure(path, std::strerror(ENOENT));
}

Result<bool> make_private_directory(const std::filesystem::path& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory.parent_path(), error);
    if (::mkdir(directory.c_str(), private_directory) != 0 && errno != EEXIST) {
        return file_failure(directory, std::strerror(errno));
    }
    return true;
}

Result<bool> write_private_file(const std::filesystem::path& path, std::string_view text) {
    return replace_file(path, text, private_mode);
}

Result<std::shared_ptr<const Signer>> open_signer(const std::filesystem::path& directory, const SignerWish& wish) {
    if (const auto made = make_private_directory(directory); !made) {
        return made.error();
    }
    std::error_code error;
    if (std::filesystem::exists(directory / "signing.pem", error) &&
        !std::filesystem::exists(directory / "signing.key", error)) {
        return file_failure(
            directory / "signing.pem",
            "the signing.key that it belongs to is missing beside it; put it back, or remove the certificate to "
            "have both made anew, which phones will not believe until the new one is imported");
    }
    auto key = open_key(directory / "signing.key", wish.bits);
    if (!key) {
        return key.error();
    }
    auto certificate = open_certificate(directory / "signing.pem", *key, wish);
    if (!certificate) {
        return certificate.error();
    }
    return std::shared_ptr<const Signer>(std::make_shared<LocalSigner>(*std::move(key), *std::move(certificate)));
}

}  // namespace branchline::trust
