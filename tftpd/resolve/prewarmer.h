// Fetches files before phones ask for them: by command, and by the schedule in the configuration. One file after the other, on
// a thread of its own, in the way a phone's request would go; a .loads file brings the members that it names. What was fetched
// stays fresh for a day, so that phones find it here in the morning.
//
// A firmware's file has its version in its name: a copy that is here is not fetched again. Everything else is.
#pragma once

#include "tftpd/config/config.h"
#include "tftpd/resolve/resolver.h"

#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace branchline {

struct PrewarmFile {
    enum class State { waiting, fetching, present, missing, failed };
    std::string name;
    std::string set{};  ///< the .loads file that names it
    State state = State::waiting;
    std::uint64_t bytes = 0;
    std::string source{};  ///< of one that is present: "files", "cluster:ID", "cache:ID"
    std::string reason{};  ///< of one that is missing or failed
};

class Prewarmer {
public:
    static constexpr std::size_t max_files = 2048;  ///< in the list of one run
    static constexpr std::chrono::hours held{24};   ///< how long what was fetched stays fresh

    /// `resolver` outlives it.
    Prewarmer(Resolver& resolver, const std::vector<Prewarm>& schedule);
    ~Prewarmer();  ///< stops what is under way
    Prewarmer(const Prewarmer&) = delete;
    Prewarmer& operator=(const Prewarmer&) = delete;

    void reconfigure(const std::vector<Prewarm>& schedule);

    /// Adds names to what is to be fetched; when nothing is under way, a new list begins. Returns how many were added.
    std::size_t add(const std::vector<std::string>& names);
    [[nodiscard]] std::vector<PrewarmFile> files() const;  ///< of this run, or the last one

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Is it time for that? `now` is local time; due is the whole minute.
[[nodiscard]] bool is_due(const Prewarm& prewarm, const std::tm& now);

}  // namespace branchline
