// What a secure cluster ("secure": true) gave, before any of it is passed on or kept: only what the cluster itself signed.
//
//   *.sgn           signed by a certificate of the store "callmanager" that was imported for the cluster or for all, as that
//   name
//   *.tlv           the same, and a trust list
//   firmware        passed on: its maker's signature is in it, which phones check and no cluster could make
//   anything else   has no place for a signature and is refused, whatever is in it
//
// Copies in the cache go through here each time they are used: they may be older than "secure" or than the certificates. That
// a content is genuine is remembered while it is the same content and the same certificates. Any thread.
#pragma once

#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/resolve/rate_limit.h"
#include "tftpd/store/content.h"
#include "tftpd/store/file_name.h"
#include "tftpd/store/lru_map.h"
#include "tftpd/trust/provenance.h"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace branchline {

/// Why something of a secure cluster is not passed on.
struct Refusal {
    std::string reason;    ///< for the log; names the cluster
    std::string to_phone;  ///< the same without anything that came from the file
};

class SecureGate {
public:
    static constexpr std::uint64_t max_file = 16u << 20;       ///< bytes of a signed file, which is looked at as a whole
    static constexpr std::size_t max_remembered = 4096;        ///< contents
    static constexpr std::size_t max_causes = 256;             ///< told and not told again
    static constexpr std::chrono::hours cause_remembered{24};  ///< since it was told

    using Certificates = std::function<trust::StoredCertificatesPtr()>;
    using Now = std::function<TimePoint()>;

    /// `certificates` gives the present ones, or null if there are none.
    explicit SecureGate(Certificates certificates, Now now = Clock::now)
        : certificates_(std::move(certificates)), now_(std::move(now)) {}

    /// Must everything that `cluster` gives under this name be whole and looked at before any of it leaves?
    [[nodiscard]] static bool checks(const Cluster& cluster, const FileName& name);

    /// Why the name cannot be had from `cluster` whatever is in the file; known before a byte of it has come.
    [[nodiscard]] std::optional<Refusal> refusal(const Cluster& cluster, const FileName& name);
    /// Why this content, which is complete, is not passed on.
    [[nodiscard]] std::optional<Refusal> refusal(const Cluster& cluster, const FileName& name, const ContentPtr& content);

private:
    struct Genuine {
        std::weak_ptr<const Content> content;  ///< an address may come to belong to another one
        trust::StoredCertificatesPtr certificates;
    };

    Refusal refuse(const Cluster& cluster, const FileName& name, const trust::Doubt& doubt);

    const Certificates certificates_;
    const Now now_;
    std::mutex mutex_;  // not held while a file is looked at
    LruMap<const Content*, Genuine> genuine_{max_remembered};
    LruMap<std::string, TimePoint> told_{max_causes};
    RateLimit lines_{0.1, 20};  // a signer's name, which makes a cause, may be anything
};

}  // namespace branchline
