#include "tftpd/trust/expiry_watch.h"

#include <algorithm>
#include <utility>

namespace branchline::trust {
namespace {

ExpiryWatch::Ending ending_of(std::string store, const Certificate& certificate, std::string cluster, std::string fingerprint,
                              WallTime now) {
    return {.store = std::move(store),
            .name = certificate.common_name.empty() ? certificate.subject : certificate.common_name,
            .cluster = std::move(cluster),
            .fingerprint = std::move(fingerprint),
            .not_after = certificate.not_after,
            .days = std::chrono::floor<std::chrono::days>(certificate.not_after - now).count()};
}

// How many of the steps have been reached.
std::size_t steps_reached(const ExpiryWatch::Ending& ending, WallTime now) {
    return static_cast<std::size_t>(std::count_if(ExpiryWatch::steps.begin(), ExpiryWatch::steps.end(),
                                                  [&](std::chrono::days step) { return ending.not_after - now <= step; }));
}

}  // namespace

std::vector<ExpiryWatch::Ending> ExpiryWatch::endings(const StoredCertificates& stored, const std::vector<Own>& own,
                                                      WallTime now) {
    std::vector<Ending> found;
    const auto add = [&](Ending ending) {
        if (now >= earliest_time && steps_reached(ending, now) != 0) {
            found.push_back(std::move(ending));
        }
    };
    for (const auto& one : own) {
        add(ending_of(one.purpose, one.certificate, "", one.certificate.fingerprint(), now));
    }
    for (const auto store : all_stores) {
        for (const auto& one : stored.in(store)) {
            add(ending_of(std::string(name_of(store)), one.certificate, one.cluster, one.fingerprint, now));
        }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Ending& one, const Ending& other) { return one.not_after < other.not_after; });
    return found;
}

std::vector<ExpiryWatch::Ending> ExpiryWatch::news(const StoredCertificates& stored, const std::vector<Own>& own,
                                                   WallTime now) {
    std::vector<Ending> fresh;
    std::map<std::string, std::size_t> told;  // made anew, so that what was deleted is forgotten
    for (auto& ending : endings(stored, own, now)) {
        const auto key = ending.store + '/' + ending.cluster + '/' + ending.fingerprint;
        const auto reached = steps_reached(ending, now);
        const auto before = told_.find(key);
        const auto told_before = before == told_.end() ? 0 : before->second;
        told[key] = std::max(reached, told_before);
        if (reached > told_before) {
            fresh.push_back(std::move(ending));
        }
    }
    told_ = std::move(told);
    return fresh;
}

}  // namespace branchline::trust
