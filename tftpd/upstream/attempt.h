// One attempt: one file asked of one server by one transport. Both drivers (tftp_fetch, http_fetch) start attempts of this
// shape, cluster_fetch and prober run them. An attempt says how it ended; what that means for the server is decided above it.
//
//   start --(connected: HTTP only)--> --(found)--> bytes … --> done
//
// Nothing is called before the start_…() call has returned, nothing after `done`, and nothing after the attempt was destroyed;
// it may be destroyed inside each of its events.
#pragma once

#include "tftpd/base/bytes.h"
#include "tftpd/base/clock.h"
#include "tftpd/config/config.h"
#include "tftpd/upstream/rate_bucket.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace branchline {

enum class AttemptEnd {
    complete,   ///< all bytes were given, and they are as many as the server said
    not_found,  ///< the server says that it has no such file
    no_answer,  ///< nothing listens there, or it never answered: this transport is dead at this server
    stalled,    ///< it answered something and then went silent or crawled
    broken,     ///< it answered, but not with the whole file
};

struct AttemptOutcome {
    AttemptEnd end = AttemptEnd::no_answer;
    std::string reason;  ///< what it said or did, for the log; nothing from the wire is in it
    /// TFTP: whether the server answered with OACK, if that became clear.
    std::optional<bool> tftp_options{};
};

struct AttemptEvents {
    std::function<void()> connected;
    std::function<void(std::optional<std::uint64_t> size)> found;  ///< bytes, if the server said so
    std::function<void(ByteView part)> bytes;
    std::function<void(AttemptOutcome outcome)> done;
};

/// An attempt under way; destroying it cancels silently.
class Attempt {
public:
    virtual ~Attempt() = default;
};

/// The handle of a driver that lives as long as its own callbacks need it and has a cancel().
template <typename Driver>
class CancellingAttempt final : public Attempt {
public:
    explicit CancellingAttempt(std::shared_ptr<Driver> driver) : driver_(std::move(driver)) {}
    CancellingAttempt(const CancellingAttempt&) = delete;
    CancellingAttempt& operator=(const CancellingAttempt&) = delete;
    ~CancellingAttempt() override { driver_->cancel(); }

private:
    std::shared_ptr<Driver> driver_;
};

struct AttemptSettings {
    std::string name;                                     ///< the file's, made safe before
    std::uint64_t max_size = 64ull << 20;                 ///< bytes; more is broken
    Duration patience = std::chrono::milliseconds(1500);  ///< silence after which a server that never answered is given up
    bool expect_tftp_options = false;                     ///< the server is known to answer with OACK
    Duration stall_window = std::chrono::seconds(2);      ///< for a server that has answered: see Progress
    std::shared_ptr<RateBucket> rate{};                   ///< of the cluster, if it has a limit; outlives nothing but this
    bool waits_for_rate = false;                          ///< false: its bytes count, but it is not held back

    /// When to go on; nothing if at once.
    [[nodiscard]] std::optional<TimePoint> held_until(TimePoint now) const {
        return rate && waits_for_rate && rate->free_at() > now ? std::optional(rate->free_at()) : std::nullopt;
    }
};

/// Tells a crawling transfer from a slow one: each window of time must bring a least number of bytes. 1 KiB in 2 s is less than
/// any link that phones could boot over; one byte now and then is a way to hold a phone for the whole deadline (threats T8).
class Progress {
public:
    static constexpr std::uint64_t least_bytes = 1024;

    explicit Progress(Duration window) : window_(window) {}

    void start(TimePoint now) {
        bytes_ = 0;
        ends_ = now + window_;
    }
    void add(std::uint64_t bytes) { bytes_ += bytes; }
    /// It is we who hold the transfer back, for so long.
    void pause(Duration time) { ends_ += time; }

    /// Whether the transfer crawls. To be asked at ends() or later, where a new window begins; false before.
    [[nodiscard]] bool crawls(TimePoint now) {
        if (now < ends_) {
            return false;
        }
        const bool slow = bytes_ < least_bytes;
        start(now);
        return slow;
    }
    [[nodiscard]] TimePoint ends() const { return ends_; }

    /// What to say of one that crawls.
    [[nodiscard]] std::string reason() const {
        const auto window = std::chrono::duration_cast<std::chrono::milliseconds>(window_);
        return "crawls: less than 1 KiB in " + std::to_string(window.count()) + " ms";
    }

private:
    Duration window_;
    std::uint64_t bytes_ = 0;
    TimePoint ends_{};
};

/// "192.0.2.10:69", "[2001:db8::10]:6970": as it stands in logs, and in HTTP's Host field (a zone is left out, RFC 9110 4.2.3).
std::string host_and_port(const IpAddress& address, std::uint16_t port);

}  // namespace branchline
