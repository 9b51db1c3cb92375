#include "tftpd/trust/certificate_stores.h"

#include "tftpd/base/letters.h"
#include "tftpd/base/replace_file.h"
#include "tftpd/trust/fingerprint.h"
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

constexpr mode_t store_file_mode = 0640;

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

// The beginning of a fingerprint that names a certificate.
Result<std::string> digits_of(const std::string& written) {
    auto digits = digits_of_fingerprint(written);
    if (!digits) {
        return Failure{"a fingerprint is hexadecimal digits"};
    }
    if (digits->size() < CertificateStores::least_prefix || digits->size() > fingerprint_digits) {
        return Failure{"a certificate is named by at least the first " + std::to_string(CertificateStores::least_prefix) +
                       " of the " + std::to_string(fingerprint_digits) +
                       " digits of its SHA-256 fingerprint, as the list shows it"};
    }
    return *std::move(digits);
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
        if (one.cluster.empty() || same_letters(one.cluster, cluster)) {
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
    if (auto written = replace_file(file_of(store), store_text(store, content), store_file_mode); !written) {
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
    Bundle bundle;
    bundle[static_cast<std::size_t>(store)] = *std::move(certificates);
    auto taken = take(bundle, cluster, now);
    return taken ? std::move((*taken)[static_cast<std::size_t>(store)]) : Result<Imported>(taken.error());
}

// What a store's certificates would be with these beside them.
Result<CertificateStores::Change> CertificateStores::with(Store store, const std::vector<Certificate>& certificates,
                                                          const std::string& cluster, WallTime now) const {
    const auto before = snapshot();
    const auto& fault = before->faults[static_cast<std::size_t>(store)];
    if (!fault.empty() && !certificates.empty()) {
        return Failure{"the store \"" + std::string(name_of(store)) + "\" could not be read when the daemon started (" + fault +
                       "); mend or remove that file and restart the daemon, so that nothing in it is lost"};
    }
    Change change{.content = before->in(store), .imported = {}};
    for (const auto& certificate : certificates) {
        auto fingerprint = certificate.fingerprint();
        if (std::any_of(change.content.begin(), change.content.end(), [&](const StoredCertificate& one) {
                return one.fingerprint == fingerprint && same_letters(one.cluster, cluster);
            })) {
            ++change.imported.already_there;
            continue;
        }
        if (change.content.size() >= max_in_store) {
            return Failure{"the store \"" + std::string(name_of(store)) + "\" would hold more than " +
                           std::to_string(max_in_store) + " certificates; delete those that nobody needs"};
        }
        change.imported.added.push_back(
            {.certificate = certificate, .fingerprint = std::move(fingerprint), .cluster = cluster, .imported = now});
        change.content.push_back(change.imported.added.back());
    }
    return change;
}

Result<bool> CertificateStores::could_take(const Bundle& bundle, const std::string& cluster) const {
    for (const auto store : all_stores) {
        const auto change = with(store, bundle[static_cast<std::size_t>(store)], cluster, {});
        if (!change) {
            return change.error();
        }
    }
    return true;
}

Result<CertificateStores::Taken> CertificateStores::take(const Bundle& bundle, const std::string& cluster, WallTime now) {
    const std::lock_guard lock(changing_);
    const auto before = snapshot();
    std::array<Change, store_names.size()> changes;
    for (const auto store : all_stores) {
        const auto index = static_cast<std::size_t>(store);
        auto change = with(store, bundle[index], cluster, now);
        if (!change) {
            return change.error();
        }
        changes[index] = *std::move(change);
    }
    Taken taken;
    for (const auto store : all_stores) {
        auto& change = changes[static_cast<std::size_t>(store)];
        const auto written = change.imported.added.empty() ? Result<bool>(true) : replace(store, change.content);
        if (!written) {
            put_back(*before, taken);
            return written.error();
        }
        taken[static_cast<std::size_t>(store)] = std::move(change.imported);
    }
    return taken;
}

// The stores that were changed, as they were. What cannot be put back stays: the disk has just refused something else.
void CertificateStores::put_back(const StoredCertificates& before, const Taken& taken) {
    for (const auto store : all_stores) {
        if (!taken[static_cast<std::size_t>(store)].added.empty()) {
            static_cast<void>(replace(store, before.in(store)));
        }
    }
}

Result<std::vector<StoredCertificate>> CertificateStores::remove(const Selection& selection) {
    const auto digits = digits_of(selection.fingerprint);
    if (!digits) {
        return digits.error();
    }
    const auto matches = [&](const StoredCertificate& one) {
        return one.fingerprint.starts_with(*digits) && (!selection.cluster || same_letters(one.cluster, *selection.cluster));
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
