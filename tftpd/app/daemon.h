// The daemon as a whole: starts its parts from the ground up, switches all of them to a new configuration or none, and stops
// them in order. Commands, signals and the log's configuration live on the main thread; phones and remote servers are served by
// the parts' own threads.
//
//   start() --> run(): SIGHUP, config-reload, config-set --> switch_to(new), back to the old one if any part refuses
//                      SIGTERM, SIGINT, shutdown         --> no new requests, up to `drain_limit` for those under way, end
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace branchline {

struct DaemonOptions {
    std::string file;  ///< the configuration
    bool debug = false;
    std::optional<std::uint16_t> tftp_port{};  ///< instead of the configured one, also after a reload
};

class Daemon {
public:
    static constexpr std::chrono::seconds drain_limit{5};

    explicit Daemon(DaemonOptions options);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Reads the configuration and opens everything. Throws ConfigError; nothing runs then.
    void start();

    /// Serves until it is told to stop; has stopped everything when it returns.
    void run();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace branchline
