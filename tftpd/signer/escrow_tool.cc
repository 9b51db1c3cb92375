#include "tftpd/signer/escrow_tool.h"

#include "tftpd/base/quiet_terminal.h"
#include "tftpd/trust/escrow.h"
#include "tftpd/trust/key_files.h"

#include <mbedtls/platform_util.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <iterator>

namespace branchline {
namespace {

std::string line_of_terminal(int fd, const char* question) {
    const QuietTerminal quiet(fd);
    std::cerr << question << ": " << std::flush;
    std::string line;
    for (char one = 0; ::read(fd, &one, 1) == 1 && one != '\n';) {
        line += one;
    }
    std::cerr << '\n';
    return line;
}

// At a terminal, even when the copy comes by standard input; else that one's first line.
Result<std::string> passphrase(bool is_new) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (terminal < 0) {
        std::string line;
        std::getline(std::cin, line);
        return line;
    }
    auto first = line_of_terminal(terminal, "passphrase");
    const auto again = is_new ? line_of_terminal(terminal, "once more") : first;
    ::close(terminal);
    return first == again ? Result<std::string>(std::move(first)) : Failure{"the two passphrases are not the same"};
}

std::string wrong(const std::filesystem::path& path, const std::string& what) {
    return trust::file_failure(path, what).text;
}

// Puts a file where its owner, not whoever runs this, can read it.
std::optional<std::string> put(const std::filesystem::path& path, std::string_view text, const struct stat& directory) {
    if (const auto written = trust::write_private_file(path, text); !written) {
        return written.error().text;
    }
    if (::chown(path.c_str(), directory.st_uid, directory.st_gid) != 0) {
        return wrong(path, std::strerror(errno));
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> export_key(const std::filesystem::path& directory) {
    auto pem = trust::read_needed_file(directory / "signing.key", trust::SigningKey::max_pem);
    const auto certificate_file = trust::read_needed_file(directory / "signing.pem", trust::Certificate::max_bundle);
    if (!pem || !certificate_file) {
        return pem ? certificate_file.error().text : pem.error().text;
    }
    const auto key = trust::SigningKey::parse_pem(as_text(*pem));
    mbedtls_platform_zeroize(pem->data(), pem->size());
    const auto certificates = trust::Certificate::parse_file(*certificate_file);
    if (!key || !certificates) {
        return wrong(directory, key ? certificates.error().text : key.error().text);
    }
    auto secret = passphrase(true);
    if (!secret) {
        return secret.error().text;
    }
    const auto copy = trust::escrow_of(*key, certificates->front(), *secret);
    mbedtls_platform_zeroize(secret->data(), secret->size());
    if (!copy) {
        return copy.error().text;
    }
    std::cout << *copy << std::flush;
    return std::cout ? std::nullopt : std::optional<std::string>("standard output cannot be written");
}

std::optional<std::string> import_key(const std::filesystem::path& directory) {
    struct stat owner{};
    if (::stat(directory.c_str(), &owner) != 0) {
        return wrong(directory,
                     std::string(std::strerror(errno)) + "; make it, with mode 0700 and for the signing process's user");
    }
    for (const auto* name : {"signing.key", "signing.pem"}) {
        std::error_code error;
        if (std::filesystem::exists(directory / name, error)) {
            return wrong(directory / name, "it is there, and a key is never overwritten; move both files away first");
        }
    }
    auto secret = passphrase(false);
    if (!secret) {
        return secret.error().text;
    }
    const std::string copy{std::istreambuf_iterator<char>(std::cin), {}};
    const auto opened = trust::open_escrow(copy, *secret);
    mbedtls_platform_zeroize(secret->data(), secret->size());
    if (!opened) {
        return opened.error().text;
    }
    auto pem = opened->key.pem();
    auto fault = put(directory / "signing.key", pem, owner);
    mbedtls_platform_zeroize(pem.data(), pem.size());
    return fault ? fault : put(directory / "signing.pem", opened->certificate.pem(), owner);
}

}  // namespace branchline
