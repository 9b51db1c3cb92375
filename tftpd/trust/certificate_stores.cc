#include "tftpd/trust/certificate_stores.h"

#include "tftpd/base/replace_file.h"
#include "tftpd/trust/store_text.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

namespace branchline::trust {
namespace {

constexpr mode_t file_mode = 0640;
constexpr std::size_t digits_in_all = 64;  // of a SHA-256

bool same_text(std::string_view left, std::string_view right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char one, char other) {
        const auto lower = [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter; };
        return lower(one) == lower(other);
    });
}

Result<std::vector<StoredCertificate>> read_store(const std::filesystem::path& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error == std::errc::no_such_file_or_directory) {
        return std::vector<StoredCertificate>{};
    }
    if (error) {
        return Failure{error.message()};
    }
    if (size > CertificateStores::max_store_file) {
        return Failure{"it has " + std::to_string(size) + " bytes; at most " +
                       std::to_string(CertificateStores::max_store_file) + " are read"};
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return Failure{std::strerror(errno)};
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return parse_store_text(text);
}

// The digits that a person wrote, perhaps as openssl prints them: AB:CD:…
Result<std::string> digits_of(const std::string& written) {
    std::string digits;
    for (const char letter : written) {
        if (letter == ':') {
            continue;
        }
        const char lower = letter >= 'A' && letter <= 'F' ? static_cast<char>(letter + 32) : letter;
        if ((lower < '0' || lower > '9') && (lower < 'a' || lower > 'f')) {
            return Failure{"a fingerprint is hexadecimal digits"};
        }
        digits.push_back(lower);
    }
    if (digits.size() < CertificateStores::least_prefix || digits.size() > digits_in_all) {
        return Failure{"a certificate is named by at least the first " + std::to_string(CertificateStores::least_prefix) +
                       " of the " + std::to_string(digits_in_all) + " digits of its SHA-256 fingerprint, as the list shows it"};
    }
    return digits;
}

}  // namespace

std::string_view name_of(Store store) {
    return store_names[static_cast<std::size_t>(store)];
}

std::optional<Store> store_of(std::string_view name) {
    const auto* const found = std::find(store_names.begin(), store_names.end(), name);
    return found == store_names.end() ? std::nullopt : std::optional(static_cast<Store>(found - store_names.begin()));
}

std::vector<const StoredCertificate*> StoredCertificates::of_cluster(Store store, std::string_view cluster) const {
    std::vector<const StoredCertificate*> found;
    for (const auto& one : in(store)) {
        if (one.cluster.empty() || same_text(one.cluster, cluster)) {
            found.push_back(&one);
        }
    }
    return found;
}

CertificateStores::CertificateStores(std::filesystem::path directory) : directory_(std::move(directory)) {
    auto all = std::make_shared<StoredCertificates>();
    for (const auto store : all_stores) {
        const auto index = static_cast<std::size_t>(store);
        if (auto content = read_store(file_of(store)); content) {
            all->stores[index] = *std::move(content);
        } else {
            all->faults[index] = file_of(store).string() + ": " + content.error().text;
        }
    }
    snapshot_ = std::move(all);
}

StoredCertificatesPtr CertificateStores::snapshot() const {
    const std::lock_guard lock(reading_);
    return snapshot_;
}

std::filesystem::path CertificateStores::file_of(Store store) const {
    return directory_ / (std::string(name_of(store)) + ".pem");
}

Result<bool> CertificateStores::replace(Store store, const std::vector<StoredCertificate>& content) {
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    if (error) {
        return Failure{"cannot make " + directory_.string() + ": " + error.message()};
    }
    if (auto written = replace_file(file_of(store), store_text(store, content), file_mode); !written) {
        return written;
    }
    auto next = std::make_shared<StoredCertificates>(*snapshot());
    next->stores[static_cast<std::size_t>(store)] = content;
    const std::lock_guard lock(reading_);
    snapshot_ = std::move(next);
    return true;
}

Result<CertificateStores::Imported> CertificateStores::import(Store store, const std::string& cluster, ByteView file,
                                                              WallTime now) {
    auto certificates = Certificate::parse_file(file);
    if (!certificates) {
        return certificates.error();
    }
    const std::lock_guard lock(changing_);
    const auto before = snapshot();
    if (const auto& fault = before->faults[static_cast<std::size_t>(store)]; !fault.empty()) {
        return Failure{"the store \"" + std::string(name_of(store)) + "\" could not be read when the daemon started (" + fault +
                       "); mend or remove that file and restart the daemon, so that nothing in it is lost"};
    }
    auto content = before->in(store);
    Imported imported;
    for (auto& certificate : *certificates) {
        auto fingerprint = certificate.fingerprint();
        if (std::any_of(content.begin(), content.end(), [&](const StoredCertificate& one) {
                return one.fingerprint == fingerprint && same_text(one.cluster, cluster);
            })) {
            ++imported.already_there;
            continue;
        }
        if (content.size() >= max_in_store) {
            return Failure{"the store \"" + std::string(name_of(store)) + "\" would hold more than " +
                           std::to_string(max_in_store) + " certificates; delete those that nobody needs"};
        }
        imported.added.push_back({.certificate = std::move(certificate),
                                  .fingerprint = std::move(fingerprint),
                                  .cluster = cluster,
                                  .imported = now});
        content.push_back(imported.added.back());
    }
    if (!imported.added.empty()) {
        if (const auto written = replace(store, content); !written) {
            return written.error();
        }
    }
    return imported;
}

Result<std::vector<StoredCertificate>> CertificateStores::remove(const Selection& selection) {
    const auto digits = digits_of(selection.fingerprint);
    if (!digits) {
        return digits.error();
    }
    const auto matches = [&](const StoredCertificate& one) {
        return one.fingerprint.starts_with(*digits) && (!selection.cluster || same_text(one.cluster, *selection.cluster));
    };
    const std::lock_guard lock(changing_);
    const auto before = snapshot();
    std::vector<StoredCertificate> removed;
    std::set<std::string> different;
    for (const auto store : all_stores) {
        if (selection.store.value_or(store) == store) {
            for (const auto& one : before->in(store)) {
                if (matches(one)) {
                    removed.push_back(one);
                    different.insert(one.fingerprint);
                }
            }
        }
    }
    if (different.size() > 1) {
        return Failure{"the fingerprints of " + std::to_string(different.size()) + " certificates begin with " + *digits +
                       "; give more digits"};
    }
    for (const auto store : all_stores) {
        auto content = before->in(store);
        if (selection.store.value_or(store) == store && std::erase_if(content, matches) != 0) {
            if (const auto written = replace(store, content); !written) {
                return written.error();
            }
        }
    }
    return removed;
}

}  // namespace branchline::trust
