// Tells in time when certificates end: once 90 days before, once 30, once 7, and once when it has happened. Time is an
// argument. What was told is remembered for the life of the object; after a restart the last step that was reached is told
// again.
#pragma once

#include "tftpd/trust/certificate_stores.h"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace branchline::trust {

class ExpiryWatch {
public:
    static constexpr std::array<std::chrono::days, 4> steps{std::chrono::days{90}, std::chrono::days{30}, std::chrono::days{7},
                                                            std::chrono::days{0}};
    /// A clock before this has not been set: nothing is told.
    static constexpr WallTime earliest_time = std::chrono::sys_days{std::chrono::year{2025} / 1 / 1};

    struct Ending {
        std::string store;  ///< a store's name, or what the certificate of our own is for
        std::string name;   ///< the subject's common name, or the subject
        std::string cluster;
        std::string fingerprint;
        WallTime not_after;
        long days = 0;  ///< whole days that are left; negative = ended
    };

    /// One of our own certificates, beside those of the stores.
    struct Own {
        std::string purpose;
        Certificate certificate;
    };

    /// What has come to a step that was not told yet.
    std::vector<Ending> news(const StoredCertificates& stored, const std::vector<Own>& own, WallTime now);

    /// All that end within the first step's time, soonest first.
    static std::vector<Ending> endings(const StoredCertificates& stored, const std::vector<Own>& own, WallTime now);

private:
    std::map<std::string, std::size_t> told_{};  ///< by store, cluster and fingerprint: steps that were told
};

}  // namespace branchline::trust
