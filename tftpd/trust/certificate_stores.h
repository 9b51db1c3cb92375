// Certificates of others that were imported, in named stores; CUCM has stores of the same names.
//
//   callmanager   remote clusters' CallManager and ITLRecovery certificates: whose signatures are believed
//   phone-sast    the same for phones alone: told to them by TVS with the roles SAST and TFTP
//   tvs, capf     remote clusters' TVS and CAPF certificates
//   phone-edge    root certificates for phones outside (SIP OAuth)
//
// A store is one PEM file, DIRECTORY/NAME.pem, replaced as a whole; lines before a certificate say which cluster it was
// imported for, and when. A file made by hand, or by openssl, is a store too. Whoever reads takes a snapshot, which never
// changes.
#pragma once

#include "tftpd/trust/certificate.h"

#include <array>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace branchline::trust {

enum class Store : std::uint8_t { callmanager, phone_sast, tvs, capf, phone_edge };
inline constexpr std::array<std::string_view, 5> store_names{"callmanager", "phone-sast", "tvs", "capf", "phone-edge"};

std::string_view name_of(Store store);
std::optional<Store> store_of(std::string_view name);
inline constexpr std::array<Store, store_names.size()> all_stores{Store::callmanager, Store::phone_sast, Store::tvs,
                                                                  Store::capf, Store::phone_edge};

struct StoredCertificate {
    Certificate certificate;
    std::string fingerprint;             ///< SHA-256, lower case hexadecimal
    std::string cluster;                 ///< the "cluster-id" it was imported for; empty = for all
    std::optional<WallTime> imported{};  ///< none if the file does not say
};

/// All stores as they were at one moment.
struct StoredCertificates {
    std::array<std::vector<StoredCertificate>, store_names.size()> stores;
    std::array<std::string, store_names.size()> faults;  ///< why a store cannot be read; empty = it can

    [[nodiscard]] const std::vector<StoredCertificate>& in(Store store) const {
        return stores[static_cast<std::size_t>(store)];
    }
    /// Those of one store that were imported for `cluster` (without regard to case), or for all.
    [[nodiscard]] std::vector<const StoredCertificate*> of_cluster(Store store, std::string_view cluster) const;
};
using StoredCertificatesPtr = std::shared_ptr<const StoredCertificates>;

/// Any thread may call; one change at a time.
class CertificateStores {
public:
    static constexpr std::size_t max_in_store = 512;          ///< certificates
    static constexpr std::size_t max_store_file = 16u << 20;  ///< bytes of a store's file that is read
    static constexpr std::size_t least_prefix = 8;            ///< digits of a fingerprint that name a certificate

    /// Reads what is there. A store that cannot be read is empty, says why in `faults`, and takes no import: nothing that might
    /// still be mended is overwritten.
    explicit CertificateStores(std::filesystem::path directory);

    [[nodiscard]] StoredCertificatesPtr snapshot() const;
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

    struct Imported {
        std::vector<StoredCertificate> added;
        std::size_t already_there = 0;  ///< the same certificate for the same cluster, or twice in the bundle
    };
    /// Takes every certificate of a PEM or DER file into a store, or none. On the disk when it returns.
    Result<Imported> import(Store store, const std::string& cluster, ByteView file, WallTime now);

    /// At each store's place, what is for it.
    using Bundle = std::array<std::vector<Certificate>, store_names.size()>;
    using Taken = std::array<Imported, store_names.size()>;
    /// The same for several stores at once: all, or none.
    Result<Taken> take(const Bundle& bundle, const std::string& cluster, WallTime now);
    /// Would it be taken, if the disk allows? Changes nothing.
    [[nodiscard]] Result<bool> could_take(const Bundle& bundle, const std::string& cluster) const;

    struct Selection {
        std::optional<Store> store{};
        std::string fingerprint;  ///< at least least_prefix hexadecimal digits from its beginning; colons are passed over
        std::optional<std::string> cluster{};
    };
    /// Removes what matches and returns it. A beginning that several different certificates share is refused.
    Result<std::vector<StoredCertificate>> remove(const Selection& selection);

private:
    struct Change {
        std::vector<StoredCertificate> content;
        Imported imported;
    };
    [[nodiscard]] Result<Change> with(Store store, const std::vector<Certificate>& certificates, const std::string& cluster,
                                      WallTime now) const;
    void put_back(const StoredCertificates& before, const Taken& taken);
    Result<bool> replace(Store store, const std::vector<StoredCertificate>& content);
    [[nodiscard]] std::filesystem::path file_of(Store store) const;

    std::filesystem::path directory_;
    std::mutex changing_;
    mutable std::mutex reading_;  ///< held for the time of a pointer's copy
    StoredCertificatesPtr snapshot_;
};

}  // namespace branchline::trust
