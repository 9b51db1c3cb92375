// Finds device configurations that more than one cluster has. A search stops at the first right answer, and a known owner is
// asked alone, so that two homes of one phone would never be noticed; this asks the others in idle time, after the phone was
// answered, and reports who else has the name. What they send is not used.
//
// Bounded: so many names looked for at once, each cluster asked once; further ones are left for the next time. Runs on the
// resolver's thread.
#pragma once

#include "tftpd/resolve/name_job.h"
#include "tftpd/store/lru_map.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace branchline {

class RivalWatch {
public:
    static constexpr std::size_t max_looks = 64;    ///< names under way at once
    static constexpr std::size_t max_known = 1024;  ///< names remembered as being in two clusters

    /// `found` is told each time that a look finds another home.
    RivalWatch(JobEnvironmentPtr environment, std::function<void(const Rival&)> found);

    /// Asks the clusters whose numbers are not in `left_out` (the owner among them). Returns how many were asked.
    std::size_t look(const FileName& name, const Config& config, std::size_t owner, const std::vector<std::size_t>& left_out);

    /// These clusters have said that they do not have the name (any more).
    void forget(const std::string& key, const std::vector<std::size_t>& clusters, const Config& config);

    /// Drops what is under way and what is known.
    void stop();

    [[nodiscard]] std::vector<Rival> known() const;

private:
    struct Look {
        std::uint64_t serial = 0;
        std::string name;
        std::string owner;
        std::map<std::size_t, std::shared_ptr<ClusterFetch>> fetches{};  // by the cluster's number
    };

    void on_found(const std::string& key, std::uint64_t serial, std::size_t cluster, const std::string& id);
    void on_absent(const std::string& key, std::uint64_t serial, std::size_t cluster, const std::string& id);
    void on_silent(const std::string& key, std::uint64_t serial, std::size_t cluster, const std::string& id);
    void drop(const std::string& key, std::uint64_t serial, std::size_t cluster);

    const JobEnvironmentPtr environment_;
    const std::function<void(const Rival&)> found_;
    std::map<std::string, Look> looks_;  // by the name's key
    LruMap<std::string, Rival> known_{max_known};
    std::uint64_t last_serial_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace branchline
